// A voice's clips round and round on a clock. Each clip has a synth of its own, which begins where the one before is: the
// phase is handed over by a bus, so that no frame is lost between them whatever the clocks do. The fade ends on the bar
// line, with the new loop's own tail under it, so that its downbeat sounds whole.
RiffLoop {
	classvar <>slack = 0.002; // seconds that it may be away from its clock

	var <voice, <clock, <out, <amp, <fade, <target;
	var <clip, <synth, group, phases, bus = 0, beat, waiting = false, ticking = false, <ended = false;

	*new { |voice, clock, out, amp, fade, target|
		^super.newCopyArgs(voice, clock, out, amp, fade, target).init
	}

	*addSynthDefs {
		[1, 2].do { |channels|
			SynthDef("riff_loop%".format(channels).asSymbol, {
				|out, buf, frames = 1, rate = 1, start = 0, from = -1, ratio = 1, shift = 0, phaseOut,
				fade = 0.02, gate = 1, amp = 1, t_sync = 0, expected = 0, slack = 0.002|
				var speed, here, off, nudge, begin, phase, sound;
				// How far it is from where the clock says, measured on bar lines: more than `slack` is made up for within
				// two seconds or, at 0.2 percent at the most, later.
				speed = rate * BufRateScale.ir(buf);
				here = LocalIn.kr(1) + (speed * ControlDur.ir * SampleRate.ir); // it is from a block ago
				off = Latch.kr((expected - here + (frames / 2)).wrap(0, frames) - (frames / 2), t_sync);
				nudge = (off / SampleRate.ir / 2).clip2(0.002) * (off.abs > (slack * SampleRate.ir)) * Trig.kr(t_sync, 2);
				begin = Select.ar(from >= 0, [
					K2A.ar(start), Latch.ar(In.ar(from.max(0)), Impulse.ar(0)) * ratio + shift
				]);
				phase = (Phasor.ar(0, speed + nudge, 0, frames) + begin).wrap(0, frames);
				LocalOut.kr(A2K.kr(phase));
				Out.ar(phaseOut, phase);
				sound = BufRd.ar(channels, buf, phase, 1, 4);
				if (channels == 1) { sound = sound ! 2 };
				Out.ar(out, sound * amp.lag(0.05) * EnvGen.ar(Env.asr(fade, 1, fade, \wel), gate, doneAction: 2));
			}).add;
			SynthDef("riff_note%".format(channels).asSymbol, {
				|out, buf, rate = 1, begin = 0, amp = 0.5, pan = 0, gate = 1|
				var start = begin * BufFrames.ir(buf);
				var sound = PlayBuf.ar(channels, buf, rate * BufRateScale.ir(buf), 1, start, 1);
				sound = if (channels == 1) { Pan2.ar(sound, pan) } { Balance2.ar(sound[0], sound[1], pan) };
				OffsetOut.ar(out, sound * amp * EnvGen.ar(Env.asr(0.002, 1, 0.01), gate, doneAction: 2));
			}).add;
		}
	}

	init {
		clock.addDependant(this);
		CmdPeriod.add(this);
		ServerQuit.add(this, this.server);
		this.prNews;
	}

	server { ^voice.riff.server }

	sounds { |which| ^clip === which }

	amp_ { |level| amp = level; synth !? { synth.set(\amp, level) } }

	// on the next bar line
	stop { |fadeTime = 0.02|
		if (ended.not) {
			this.prAt({ |at|
				synth !? { synth.set(\fade, fadeTime, \gate, 0) };
				this.prEnd;
			})
		}
	}

	cmdPeriod { synth = group = nil; this.prEnd }

	doOnServerQuit { this.cmdPeriod }

	update { |changed, what|
		if (what == \tempo and: { synth.notNil }) { synth.set(\rate, clip.rate(clock)) }
	}

	// a newer clip is there
	prNews {
		if (waiting.not and: { voice.buffer.notNil } and: { ended.not } and: { voice.clip !== clip }) {
			waiting = true;
			this.prAt({ |at| waiting = false; if (ended.not) { this.prSwap(voice.clip, at) } });
		}
	}

	// do it, with the server's latency, so early that a fade from then on ends on a bar line: the first that can be met
	prAt { |action|
		var lead = fade * clock.tempo, bar = clock.beatsPerBar, at = clock.nextBar;
		while { at - clock.beats - lead < (0.02 * clock.tempo) } { at = at + bar };
		clock.schedAbs(at - lead, { this.server.makeBundle(this.server.latency, { action.value(at) }); nil });
	}

	prSwap { |new, at|
		var old = synth, frames, args;
		if (new.buffer.isNil) { ^this };
		frames = new.buffer.numFrames;
		phases = phases ?? { Array.fill(2, { Bus.audio(this.server, 1) }) };
		group = group ?? { Group((target ? this.server).asTarget) };
		args = [
			\out, out, \buf, new.buffer, \frames, frames, \rate, new.rate(clock), \fade, fade, \amp, amp,
			\phaseOut, phases[1 - bus], \slack, slack
		];
		args = args ++ if (old.isNil) { [\start, this.prFrame(new, at - (fade * clock.tempo)).round] } {
			this.prContinue(new, at)
		};
		synth = Synth.tail(group, "riff_loop%".format(new.buffer.numChannels.clip(1, 2)).asSymbol, args);
		old !? { old.set(\fade, fade, \gate, 0) };
		bus = 1 - bus;
		clip = new;
		voice.riff.changed(\swap, voice, new, at);
		this.prTick(at);
	}

	// from the phase of the loop before to that of the new one: ratio and shift
	prContinue { |new, at|
		var before = at - clock.baseBarBeat - (fade * clock.tempo);
		var passed = (before / clip.beats).floor * clip.beats;
		var ratio = (clip.beats / new.beats) * (new.buffer.numFrames / clip.buffer.numFrames);
		^[\from, phases[bus], \ratio, ratio, \shift, passed % new.beats / new.beats * new.buffer.numFrames]
	}

	// where a clip is on a beat
	prFrame { |which, at| ^at - clock.baseBarBeat % which.beats / which.beats * which.buffer.numFrames }

	// each bar line the synth hears where it should be
	prTick { |at|
		if (ticking) { ^this };
		ticking = true;
		clock.schedAbs(at, {
			if (synth.notNil) {
				var now = clock.beats;
				this.server.makeBundle(this.server.latency, {
					synth.set(\t_sync, 1, \expected, this.prFrame(clip, now));
				});
				clock.beatsPerBar
			} { ticking = false; nil }
		});
	}

	prEnd {
		var buses = phases, nodes = group;
		ended = true;
		clock.removeDependant(this);
		CmdPeriod.remove(this);
		ServerQuit.remove(this, this.server);
		voice.prForget(this);
		synth = clip = phases = group = nil;
		// when the fade is over, in any case
		SystemClock.sched(5, { buses.do(_.free); nodes !? { nodes.free }; nil });
	}
}
