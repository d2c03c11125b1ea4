"""Control surfaces for tablets and phones, made from the table of parameters: TouchOSC, Open Stage Control."""
