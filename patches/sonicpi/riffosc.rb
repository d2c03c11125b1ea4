# riffosc for Sonic Pi 3.2 and later. At the top of a buffer: eval_file "/path/to/riffosc/patches/sonicpi/riffosc.rb"

# riff "tempo", 126
define :riff do |address, *args|
  osc_send "127.0.0.1", 7433, "/riff/#{address}", *args.map { |arg| riff_word arg }
end

# riff_play 1, prompt: "dub techno chords", seed: 7
define :riff_play do |voice, **keys|
  riff "#{voice}/play", *keys.flat_map { |key, value| [key.to_s, value] }
end

# Sonic Pi would send symbols and switches as the text that shows them.
define :riff_word do |arg|
  case arg
  when true then 1
  when false, nil then 0
  when Symbol then arg.to_s
  when Rational then arg.to_f
  else arg
  end
end

# The newest clip of a voice that has been loaded, or nil: bank, index, path, tempo, beats, seed, prompt.
define :riff_clip do |voice|
  get "riff#{voice}".to_sym
end

# For live_loop: the newest clip from its top, fitted to the tempo, and on to its end. Options are those of sample.
define :riff_loop do |voice, **options|
  clip = riff_clip voice
  if clip
    sample clip[2], beat_stretch: clip[4], **options
    sleep clip[4]
  else
    sleep 1
  end
end

# Sonic Pi hears OSC on port 4560. A subscription lasts a minute.
live_loop :riff_lease do
  use_real_time
  with_osc_logging(false) { riff "subscribe", "clip", 30, 60, 4560 }
  sleep 20 * current_bpm / 60.0
end

# Each clip is loaded before anybody plays it. Sonic Pi keeps samples by their paths for ever, and every clip has a path
# of its own: what was played before the last is let go after a while.
live_loop :riff_clips do
  use_real_time
  clip = sync "/osc*/riff/clip"
  if clip[2].size > 0
    load_sample clip[2]
    name = clip[0].to_sym
    old = get "#{name}_before".to_sym
    set "#{name}_before".to_sym, (get name)
    set name, clip.to_a.map { |word| word.is_a?(String) ? word.dup.freeze : word }.freeze
    if old
      in_thread do
        use_bpm 60
        sleep 2 * old[4] + 30
        sample_free old[2]
      end
    end
  end
end
