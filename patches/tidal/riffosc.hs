-- Words for riffosc in TidalCycles 1.7 to 1.10, once `tidal` is there.
import qualified Data.Map.Strict as Map

-- riff1 to riff8 play a voice each, as d1 to d8 do; riff is the first. Tidal's pan goes from 0 to 1, riffosc's from -1.
:{
let riffPan = Map.adjust (\value -> maybe value (\x -> VF (2 * x - 1)) (getF value)) "pan"
    riffVoice key number pat = streamReplace tidal key $ (riffPan <$> pat) # pI "riff" (pure number)
    riff1 = riffVoice "riff1" 1
    riff2 = riffVoice "riff2" 2
    riff3 = riffVoice "riff3" 3
    riff4 = riffVoice "riff4" 4
    riff5 = riffVoice "riff5" 5
    riff6 = riffVoice "riff6" 6
    riff7 = riffVoice "riff7" 7
    riff8 = riffVoice "riff8" 8
    riff = riff1
:}

-- Parameters. Those that Tidal has itself (gain, pan, hold) are there already; pI "steps" 12 and the like do for the
-- others, whose names mean something else in Tidal.
:{
let prompt = pS "prompt"
    say = prompt . pure :: String -> ControlPattern
    negative = pS "negative"
    prompt_b = pS "prompt_b"
    blend = pS "blend"
    slot = pS "slot"
    seed_image = pS "seed_image"
    seed = pI "seed"
    bars = pI "bars"
    morph = pI "morph"
    generate = pI "generate"
    mix = pF "mix"
    denoising = pF "denoising"
    guidance = pF "guidance"
    evolve = pF "evolve"
    xfade_ms = pF "xfade_ms"
    fade_in = pF "fade_in"
    fade_out = pF "fade_out"
:}
