// A demo of its own for each test: `cargo xtask demo`, as a newcomer starts it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

export type Database = "SQLite" | "PostgreSQL";
export type Scenario = "blocked" | "automatic" | "demo-version" | "offline" | "hidden" | "empty";

export interface Wanted {
  scenario: Scenario;
  database: Database;
  /** Makes the console's clock stand still. */
  clock?: string;
}

export interface Demo {
  url: string;
  user: string;
  password: string;
  /** Folder with license files to load. */
  files: string;
  /** The console and everything with it ends. */
  stop(): Promise<void>;
}

/** Where the tests' ports begin; each demo takes three. A worker has a hundred. */
const FIRST_PORT = 18_600;
const PORTS_OF_A_WORKER = 99;
let started = 0;

function environment(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set: run the tests with \`cargo xtask test\``);
  return value;
}

/** An empty database for one demo. */
function emptyDatabase(name: string): string {
  const server = new URL(environment("ZETEL_TEST_POSTGRES"));
  const createdb = join(environment("ZETEL_POSTGRES_PROGRAMS"), "createdb");
  execFileSync(createdb, ["--host", server.hostname, "--port", server.port, "--username", server.username, name]);
  server.pathname = `/${name}`;
  return server.href;
}

/** Starts a demo and waits until it is ready. */
export async function startDemo(wanted: Wanted, worker: number): Promise<Demo> {
  const port = FIRST_PORT + worker * 100 + ((started++ * 3) % PORTS_OF_A_WORKER);
  // The tests' own variables are no settings of the console.
  const inherited = Object.entries(process.env).filter(([name]) => !/^(ZETEL_|DATABASE_URL$)/.test(name));
  const env: NodeJS.ProcessEnv = { ...Object.fromEntries(inherited), ZETEL_LOG: "error" };
  if (wanted.database === "PostgreSQL") env["DATABASE_URL"] = emptyDatabase(`demo_${process.pid}_${started}`);
  const options = ["--no-build", "--port", String(port), "--scenario", wanted.scenario];
  if (wanted.clock) options.push("--fixed-clock", wanted.clock);
  const demo = spawn(environment("ZETEL_XTASK"), ["demo", ...options], { env, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(demo, "exit");
  const said: string[] = [];
  demo.stderr.on("data", (data: Buffer) => said.push(data.toString()));
  const stop = async () => {
    demo.kill("SIGINT");
    await ended;
  };
  for await (const line of createInterface(demo.stdout)) {
    if (line.startsWith("READY ")) return { ...JSON.parse(line.slice("READY ".length)), stop };
    said.push(`${line}\n`);
  }
  throw new Error(`the demo did not become ready:\n${said.join("")}`);
}
