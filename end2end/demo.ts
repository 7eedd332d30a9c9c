// A demo of its own for each test: `cargo xtask demo`, as a newcomer starts it.
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";

export type Database = "SQLite" | "PostgreSQL";
export type Scenario = "blocked" | "automatic" | "demo-version" | "offline" | "hidden" | "empty";

export interface Wanted {
  scenario: Scenario;
  database: Database;
  /** Makes the console's clock stand still. */
  clock?: string;
  /** How many users; the smallest demo where it is not said. */
  users?: number;
}

export interface Demo {
  url: string;
  user: string;
  password: string;
  /** Folder with license files to load. */
  files: string;
  /** Lets another user sign in; answers the password. */
  account(userId: string, administrator: boolean): string;
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
  if (wanted.users) options.push("--users", String(wanted.users));
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
    if (line.startsWith("READY ")) {
      const ready = JSON.parse(line.slice("READY ".length)) as Pick<Demo, "url" | "user" | "password" | "files">;
      const account = (userId: string, administrator: boolean) => addAccount(ready.files, env, userId, administrator);
      return { ...ready, account, stop };
    }
    said.push(`${line}\n`);
  }
  throw new Error(`the demo did not become ready:\n${said.join("")}`);
}

/** `zetel account add`, with the demo's settings. */
function addAccount(files: string, env: NodeJS.ProcessEnv, userId: string, administrator: boolean): string {
  const zetel = join(dirname(environment("ZETEL_XTASK")), "zetel");
  const password = `${userId} of the tests`;
  const command = ["--config", join(dirname(files), "zetel.toml"), "account", "add", userId];
  if (administrator) command.push("--administrator");
  execFileSync(zetel, command, { env, input: `${password}\n`, stdio: ["pipe", "ignore", "inherit"] });
  return password;
}
