# Sonic Pi plays riffosc: drums chopped and thrown about, chords through an echo, and new seeds as it goes.
# riffosc run --folder ~/Music/riffosc; then run this. patches/sonicpi says more.
eval_file "/path/to/riffosc/patches/sonicpi/riffosc.rb"

use_bpm 120
riff "tempo", 120
riff "key", "Am"
riff "gain", 0 # Sonic Pi plays
riff_play 1, prompt: "breakbeat drums", seed: 1
riff_play 2, prompt: "warm pad chords", seed: 1, bars: 4

live_loop :drums do
  use_bpm 120
  clip = riff_clip 1
  if clip
    16.times do |sixteenth|
      slice = one_in(4) ? rrand_i(0, 15) : sixteenth
      sample clip[2], beat_stretch: clip[4], start: slice / 16.0, finish: (slice + 1) / 16.0, rate: one_in(12) ? -1 : 1
      sleep clip[4] / 16.0
    end
  else
    sleep 1
  end
end

live_loop :chords do
  use_bpm 120
  with_fx :echo, phase: 0.75, mix: 0.3 do
    riff_loop 2, amp: 0.7, cutoff: 100
  end
end

live_loop :weather do
  use_bpm 120
  sleep 16
  riff_play [1, 2].choose, seed: rrand_i(0, 999), seed_image: "last", denoising: 0.6
end
