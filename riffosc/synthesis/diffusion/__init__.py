"""Models of Stable Diffusion's layout, through diffusers and transformers. Imported only when such a model is named."""
