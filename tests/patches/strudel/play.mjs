// Strudel without a browser: the code that it is given plays, as its REPL would have it, until this is ended.
import { WebSocket } from 'ws';

globalThis.WebSocket = WebSocket;
const core = await import('@strudel/core');
const mini = await import('@strudel/mini');
const osc = await import('@strudel/osc');
const { transpiler } = await import('@strudel/transpiler');
await core.evalScope(core, mini, osc);
const seconds = () => performance.now() / 1000;
const { evaluate } = core.repl({ getTime: seconds, defaultOutput: async () => {}, transpiler });
await evaluate(process.argv[2]);
