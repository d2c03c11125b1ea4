// riffosc over OSC: its answers, its clips as Buffers, its voices.
RiffOSC {
	classvar <>default, <>renew = 20; // seconds; a subscription lasts sixty

	var <addr, <server, <voices, responders, lease, boot, syncs = 0;

	*new { |addr, server|
		^super.newCopyArgs(
			addr ?? { NetAddr("127.0.0.1", 7433) }, server ?? { Server.default }
		).init
	}

	*initClass {
		StartUp.add {
			RiffLoop.addSynthDefs;
			Event.addEventType(\riff, { RiffOSC.prPlayEvent(currentEnvironment) });
		}
	}

	init {
		voices = IdentityDictionary.new;
		responders = [
			this.prHear('/riff/clip', { |msg| this.prClip(msg) }),
			this.prHear('/riff/fail', { |msg| this.prFail(msg[1], msg[2], msg[3]) }),
			this.prHear('/riff/late', { |msg| this.changed(\late, msg[1], msg[2]) }),
			this.prHear('/riff/done', { |msg| this.changed(\done, *msg[1..]) })
		];
		boot = { voices.do(_.reload) };
		ServerBoot.add(boot, server);
		this.prSubscribe;
		lease = SkipJack({ this.prSubscribe }, { renew }, name: \riffosc);
		default = default ? this;
	}

	at { |voice| ^voices[voice] ?? { voices[voice] = RiffVoice(this, voice); voices[voice] } }

	// riff.send(\tempo, 126) is /riff/tempo 126
	send { |address ... args| addr.sendMsg(this.prWhole(address), *args) }

	// action.(value ...), or onFail.(text) where it is refused or nobody answers
	ask { |address, args, action, answer, onFail, timeout = 2|
		var asked = this.prWhole(address), expected = this.prWhole(answer ? address), hear, fail, finish, open = true;
		finish = { |what ... values|
			if (open) {
				open = false;
				[hear, fail].do(_.free);
				what.value(*values);
			}
		};
		hear = OSCFunc({ |msg| finish.(action, *msg[1..]) }, expected, addr).permanent_(true);
		fail = OSCFunc({ |msg| finish.(onFail, msg[3].asString) }, '/riff/fail', addr, argTemplate: [asked])
			.permanent_(true);
		SystemClock.sched(timeout, {
			finish.(onFail ? (_.warn), "RiffOSC: % was not answered; is riffosc running?".format(asked));
			nil
		});
		addr.sendMsg(asked, *args);
	}

	get { |address, action, onFail| this.ask(address, [], action, onFail: onFail) }

	ping { |action, onFail| this.ask(\ping, [], action, \pong, onFail) }

	// when all that was sent before has been taken in
	sync { |action| syncs = syncs + 1; this.ask(\sync, [syncs], action, \synced) }

	// riffosc takes on the clock's tempo, now and whenever it changes
	follow { |clock|
		this.unfollow(clock);
		clock.addDependant(this);
		this.send(\tempo, clock.tempo * 60);
	}

	unfollow { |clock| clock.removeDependant(this) }

	update { |clock, what| if (what == \tempo) { this.send(\tempo, clock.tempo * 60) } }

	free {
		responders.do(_.free);
		lease.stop;
		ServerBoot.remove(boot, server);
		voices.do(_.free);
		this.send(\unsubscribe);
		this.changed(\free);
		if (default == this) { default = nil };
	}

	prWhole { |address|
		var name = address.asString;
		^(if (name[0] == $/) { name } { "/riff/" ++ name }).asSymbol
	}

	prHear { |path, func| ^OSCFunc(func, path, addr).permanent_(true) }

	prSubscribe { #[clip, fail, done].do { |topic| addr.sendMsg('/riff/subscribe', topic) } }

	prFail { |command, code, text|
		"RiffOSC: %: %".format(command, text).warn;
		this.changed(\fail, command, code, text);
	}

	prClip { |msg|
		var number = msg[1].asString.drop(4).asInteger;
		this[number].prTake(RiffClip(this[number], *msg[1..7]));
	}

	*prPlayEvent { |event|
		var riff = event[\riff] ?? { default ?? { RiffOSC.new } };
		var keys = event.keys.as(Array).select { |key| RiffVoice.keys.includes(key) }.sort;
		var pairs = keys.collect { |key| [key, event[key].value] }.flatten(1);
		riff.addr.sendBundle(
			event[\latency] ?? { riff.server.latency }, ['/riff/play', \voice, (event[\voice] ? 1).value] ++ pairs
		);
	}
}

// What the message /riff/clip says, and the Buffer once it is read.
RiffClip {
	var <voice, <bank, <index, <path, <tempo, <beats, <seed, <prompt, <buffer;

	*new { |voice, bank, index, path, tempo, beats, seed, prompt|
		^super.newCopyArgs(voice, bank, index, path.asString, tempo, beats, seed, prompt.asString)
	}

	read { |server, action|
		Buffer.read(server, path, action: { |read|
			// a file that cannot be read leaves a Buffer of no frames
			if (read.numFrames > 0) { buffer = read; action.value } { read.free };
		})
	}

	free { buffer !? { buffer.free; buffer = nil } }

	rate { |clock| var rate = clock.tempo * 60 / tempo; ^if (absdif(rate, 1) < 1e-5) { 1 } { rate } }

	printOn { |stream| stream << "RiffClip(" << bank << " " << index << ": " << prompt << ")" }
}

RiffVoice {
	classvar <>keep = 30; // seconds that a Buffer is kept when a newer one has come: who plays it may end
	classvar <keys;

	var <riff, <number, <clip, loops;

	*initClass {
		keys = #[
			at, bars, blend, cue, denoising, evolve, fade_in, fade_out, gain, generate, guidance, hold, mix, morph, mute,
			negative, pan, prompt, prompt_b, redo, save, seed, seed_image, slot, solo, steps, swap, take, undo, width,
			xfade_ms
		].as(IdentitySet);
	}

	*new { |riff, number| ^super.newCopyArgs(riff, number, nil, List.new) }

	// several at once: riff[1].set(\prompt, "pads", \seed, 7, \at, \bar)
	set { |... pairs| riff.send("%/play".format(number), *pairs) }

	send { |name ... args| riff.send("%/%".format(number, name), *args) }

	get { |name, action, onFail| riff.get("%/%".format(number, name), action, onFail) }

	generate { |seed = 1| this.send(\generate, seed.asInteger) }
	take { this.send(\take) }
	undo { this.send(\undo) }
	redo { this.send(\redo) }
	save { this.send(\save) }
	fade_in { |bars = 1| this.send(\fade_in, bars) }
	fade_out { |bars = 1| this.send(\fade_out, bars) }

	// whole: a Float's OSC would round it
	seed_ { |seed| this.send(\seed, seed.asInteger) }

	// riff[1].prompt = "pads", and so on for all parameters
	doesNotUnderstand { |selector ... args|
		var name = selector.asString.drop(-1).asSymbol;
		if (selector.isSetter.not or: { keys.includes(name).not }) { ^super.doesNotUnderstand(selector, *args) };
		this.send(name, *args);
	}

	buffer { ^clip !? { clip.buffer } }

	// the newest clip round and round, from the next bar line on; newer ones take over on bar lines
	play { |clock, out = 0, amp = 1, fade = 0.02, target|
		var loop = RiffLoop(this, clock ? TempoClock.default, out, amp, fade, target);
		loops.add(loop);
		^loop
	}

	stop { |fade = 0.02| loops.copy.do(_.stop(fade)) }

	reload { clip !? { this.prTake(clip) } }

	free {
		this.stop;
		clip !? { SystemClock.sched(keep, { clip.free; nil }) };
	}

	prTake { |new|
		if (riff.server.serverRunning.not or: { new.path.size == 0 }) {
			this.prShow(new);
		} {
			if (File.exists(new.path)) {
				new.read(riff.server, { this.prShow(new) });
			} {
				"RiffOSC: % is not on this computer".format(new.path).warn;
			}
		}
	}

	prShow { |new|
		var old = clip;
		if (old.notNil and: { old.bank == new.bank } and: { old.index > new.index } and: { old.buffer.notNil }) {
			^new.free // it was overtaken while it was read
		};
		clip = new;
		loops.do(_.prNews);
		if (old.notNil and: { old !== new }) { SystemClock.sched(keep, { this.prFreeUnheard(old); nil }) };
		this.changed(\clip, new);
		riff.changed(\clip, this, new);
	}

	prFreeUnheard { |old|
		if (loops.any { |loop| loop.sounds(old) }) {
			SystemClock.sched(keep, { this.prFreeUnheard(old); nil });
		} {
			old.free;
		}
	}

	prForget { |loop| loops.remove(loop) }
}
