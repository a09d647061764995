import { readdirSync, readFileSync } from "node:fs";
import { createSite } from "../promises/site";
import { scripted } from "../support/chromium";
import { createClient } from "../support/client";
import type { Ended } from "../support/scripted";
import { type Attack, type AttackClass, all, unless } from "./attack-class";
import { callMany } from "./tool-calls";
import type { World } from "./world";

type Program = [language: string, code: string];

/** Programs that look for something of this machine. What they say must not hold any of it. */
const LOOKING: Program[] = [
  ["javascript", "JSON.stringify([typeof process, typeof process?.env, Object.keys(globalThis)])"],
  ["javascript", "JSON.stringify(globalThis.constructor.constructor('return process')().env)"],
  ["javascript", "typeof fetch + typeof Bun + typeof WebSocket + typeof XMLHttpRequest + typeof Deno + typeof std + typeof os"],
  ["javascript", "try { require('child_process').execSync('id').toString() } catch (error) { error.message }"],
  ["javascript", "try { require('node:net').connect(22) } catch (error) { error.message }"],
  ["javascript", "try { require('fs').readFileSync('/etc/passwd', 'utf8') } catch (error) { error.code }"],
  ["javascript", "try { require('fs').readFileSync('/proc/self/environ', 'utf8') } catch (error) { error.code }"],
  ["javascript", "try { require('fs').readFileSync('../../../../etc/passwd', 'utf8') } catch (error) { error.code }"],
  [
    "javascript",
    "try { require('fs').symlinkSync('/etc/passwd', '/link'); require('fs').readFileSync('/link', 'utf8') } catch (error) { error.message }",
  ],
  ["javascript", "try { (await import('node:fs')).readFileSync('/etc/passwd', 'utf8') } catch (error) { error.message }"],
  ["javascript", "try { (await import('file:///etc/passwd')).default } catch (error) { error.message }"],
  ["javascript", "Function('return this')().process?.mainModule?.require('fs').readFileSync('/etc/passwd', 'utf8')"],
  ["javascript", "Error.prepareStackTrace = (_, frames) => frames[0]?.getThis?.(); String(new Error().stack)"],
  ["shell", "cat /etc/passwd /etc/hostname; cat ../../../../../etc/passwd"],
  ["shell", "env; set; printenv; cat /proc/self/environ /proc/1/environ"],
  ["shell", "ls -la / /root /home /tmp /proc /dev"],
  ["shell", "curl -s http://127.0.0.1/; wget -qO- http://169.254.169.254/; nc 127.0.0.1 22; ping -c1 127.0.0.1"],
  ["shell", "bun -v; node -e 'console.log(process.env)'; python3 -c 'import os; print(os.environ)'; sh -c env"],
  ["shell", "exec 3<>/dev/tcp/127.0.0.1/22 && cat <&3"],
  ["shell", "ln -s /etc/passwd link && cat link; ln /etc/passwd hard && cat hard"],
  ["shell", "kill -9 1; kill -9 $PPID; kill -9 $$; echo alive"],
  ["python", "print(open('/etc/passwd').read())"],
];

/** Programs that do not end, or take all that they can get. */
const TAKING: Program[] = [
  ["javascript", "while (true);"],
  ["javascript", "for (;;) await null"],
  ["javascript", "await new Promise(() => {})"],
  ["javascript", "(function again() { again() })()"],
  ["javascript", "const all = []; while (true) all.push(new Array(1e6).fill(7))"],
  ["javascript", "let text = 'x'; while (true) text += text"],
  ["javascript", "new Uint8Array(8e9)"],
  ["javascript", "/^(a+)+$/.test('a'.repeat(40) + '!')"],
  ["javascript", "JSON.parse('['.repeat(1e7))"],
  ["javascript", "Array(1e9).join('x')"],
  ["javascript", "while (true) console.log('x'.repeat(1e5))"],
  ["javascript", "const again = () => setTimeout(again, 0); again(); await new Promise(() => {})"],
  ["javascript", "for (let n = 0; ; n++) require('fs').writeFileSync('/f' + n, 'x'.repeat(1e6))"],
  ["typescript", `type A<N> = N extends 0 ? never : A<N>; const x: A<1> = 1 as never; while (true);`],
  ["shell", "while true; do :; done"],
  ["shell", ":(){ :|:& };:"],
  ["shell", "yes"],
  ["shell", "cat /dev/zero"],
  ["shell", "f() { f; }; f"],
  ["shell", "x=aaaaaaaaaa; while true; do x=$x$x; done"],
  ["shell", "echo {1..999999999}"],
  ["shell", "printf '%999999999s' x"],
  ["shell", "echo 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!' | grep -E '^(a+)+$'"],
  ["shell", "awk 'BEGIN { while (1) x = x \"aaaaaaaaaa\" }'"],
  ["shell", "seq 1 999999999 | sort | uniq | wc -l"],
];

/** What would be something of this machine. */
const OF_THE_HOST = /root:x:|DATA_DIR|AUTH_JWT|canary|everruns\.db|secrets\.key|169\.254|SSH-/;

/** A program that is to end within a second is gone by then, whatever it tried. */
const LONGEST_MS = 25_000;

/** Code of a model's making: it sees nothing of this machine, and ends. */
export const sandbox: AttackClass = {
  name: "sandbox",
  atOnce: 2,
  attacks: async (world) => [
    ...LOOKING.map(
      ([language, code]): Attack => ({
        name: `${language}: ${code.slice(0, 70)}`,
        async run() {
          const said = JSON.stringify(await runProgram(world, language, code));
          return unless(!OF_THE_HOST.test(said), `says ${said.slice(0, 200)}`);
        },
      }),
    ),
    ...TAKING.map(
      ([language, code]): Attack => ({
        name: `${language}: ${code.slice(0, 70)}`,
        async run() {
          const begun = performance.now();
          const end = await runProgram(world, language, code);
          const ms = performance.now() - begun;
          return all(
            unless(ms < LONGEST_MS, `took ${Math.round(ms)} ms`),
            unless(JSON.stringify(end).length < 300_000, `says ${JSON.stringify(end).length} characters`),
          );
        },
      }),
    ),
    diesWithTheServer,
  ],
  async after({ open }) {
    const left = childrenOf(open.site.server.pid());
    return left.length === 0 ? [] : [`${left.length} processes are left: ${left.join(" ")}`];
  },
};

async function runProgram({ open }: World, language: string, code: string): Promise<unknown> {
  const given = { language, code, timeout_seconds: 1 };
  const [{ status, result, error }] = (await callMany(open, { capabilities: ["sandbox"] }, "execute_code", [given])) as [Ended];
  return { status, result, error };
}

const diesWithTheServer: Attack = {
  name: "a program goes on when its server is killed",
  async run() {
    await using site = await createSite();
    const client = createClient(await site.server.url());
    const session = await client.createSession((await client.createAgent({ capabilities: ["sandbox"] })).id);
    const call = { name: "execute_code", arguments: { language: "javascript", code: "while (true);", timeout_seconds: 60 } };
    await client.say(session, scripted("go", [{ call: [call] }]));
    const pid = site.server.pid();
    const children = await appearing(() => childrenOf(pid));
    await site.server.kill();
    for (let tries = 0; tries < 100 && children.some(isAlive); tries++) await Bun.sleep(20);
    return unless(
      children.length > 0 && !children.some(isAlive),
      `${children.length} processes, of which ${children.filter(isAlive).length} live on`,
    );
  },
};

async function appearing(list: () => number[]): Promise<number[]> {
  for (let tries = 0; tries < 500; tries++) {
    const found = list();
    if (found.length > 0) return found;
    await Bun.sleep(10);
  }
  return [];
}

/** The state of a process is the first word behind its name, and its parent the second. Source: proc(5) */
function statOf(pid: number): [state: string, parent: number] {
  try {
    const [state, parent] = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").at(-1)!.split(" ");
    return [state!, Number(parent)];
  } catch {
    return ["gone", 0];
  }
}

const isAlive = (pid: number): boolean => !["gone", "Z"].includes(statOf(pid)[0]);

function childrenOf(pid: number): number[] {
  const all = readdirSync("/proc").map(Number).filter(Number.isInteger);
  return all.filter((one) => statOf(one)[1] === pid && isAlive(one));
}
