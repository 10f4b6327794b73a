import { createServer, request, type IncomingHttpHeaders } from "node:http";
import { connect, type AddressInfo } from "node:net";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { watchedHtml } from "../../../../src/cli/search/watch/page.ts";
import { startWatchServer, type WatchServer } from "../../../../src/cli/search/watch/server.ts";
import { stillPageHtml } from "../../../../src/report/html-page.ts";
import { smallStudy, startCli } from "../../../validation/search/cli.ts";

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

interface Asked {
  readonly path?: string;
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function ask(port: number, { path = "/", method = "GET", headers = {} }: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port, path, method, headers, agent: false }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => (body += piece));
      response.on("end", () => resolve({ status: response.statusCode!, headers: response.headers, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("the server of --watch", () => {
  let server: WatchServer;
  beforeEach(async () => {
    server = await startWatchServer(0);
    server.show({ page: () => Promise.resolve("<p>the page</p>"), state: () => ({ found: 3 }) });
  });
  afterEach(() => server.close());

  const token = (): string => new URL(server.url).searchParams.get("token")!;
  const cookie = (): string => `ecotile-${server.port}=${token()}`;

  it("has a token of 128 bits, another one each time", async () => {
    expect(token()).toMatch(/^[0-9a-f]{32}$/);
    const other = await startWatchServer(0);
    other.close();
    expect(new URL(other.url).searchParams.get("token")).not.toBe(token());
  });

  it("takes the token once, keeps it as a cookie that no script reads, and takes it out of the address", async () => {
    const { status, headers, body } = await ask(server.port, { path: `/?token=${token()}` });
    expect(status).toBe(303);
    expect(headers.location).toBe("/");
    expect(headers["set-cookie"]).toEqual([`${cookie()}; Path=/; HttpOnly; SameSite=Strict`]);
    expect(body).toBe("");
  });

  it("shows the page and its state to the cookie alone", async () => {
    const page = await ask(server.port, { headers: { cookie: `other=1; ${cookie()}` } });
    expect([page.status, page.body]).toEqual([200, "<p>the page</p>"]);
    const state = await ask(server.port, { path: "/state", headers: { cookie: cookie() } });
    expect([state.status, JSON.parse(state.body)]).toEqual([200, { found: 3 }]);
    for (const headers of [
      {},
      { cookie: `ecotile-${server.port}=` },
      { cookie: `ecotile-${server.port}=${token().slice(1)}` },
      { cookie: `ecotile-${server.port}=${"0".repeat(32)}` },
      { cookie: `ecotile-1=${token()}` },
      { authorization: `Bearer ${token()}` },
    ]) {
      for (const path of ["/", "/state", "/?token=", `/?token=${"0".repeat(32)}`, "/?token=%00"]) {
        const answer = await ask(server.port, { path, headers: headers as Record<string, string> });
        expect(answer.status).toBe(403);
        expect(answer.body).not.toContain("page</p>");
        expect(answer.headers["set-cookie"]).toBeUndefined();
      }
    }
  });

  it("answers to its own name only, so that no other page reaches it through DNS", async () => {
    for (const host of [
      "evil.example",
      `evil.example:${server.port}`,
      "127.0.0.1",
      `127.0.0.1:${server.port}.evil.example`,
    ])
      expect((await ask(server.port, { headers: { host, cookie: cookie() } })).status, host).toBe(421);
    const { port } = server;
    // One that names no host at all.
    const bare = await new Promise<string>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(`GET / HTTP/1.0\r\nCookie: ${cookie()}\r\n\r\n`));
      socket.once("data", (data) => resolve(data.toString()));
    });
    expect(bare).toMatch(/^HTTP\/1\.1 421 /);
    expect((await ask(port, { headers: { host: `localhost:${port}`, cookie: cookie() } })).status).toBe(200);
  });

  it.each(["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])("refuses %s", async (method) => {
    const { status, headers } = await ask(server.port, { method, headers: { cookie: cookie() } });
    expect(status).toBe(405);
    expect(headers.allow).toBe("GET, HEAD");
  });

  it("answers HEAD as GET, without the page", async () => {
    const [head, get] = await Promise.all(
      ["HEAD", "GET"].map((method) => ask(server.port, { method, headers: { cookie: cookie() } })),
    );
    expect([head!.status, head!.body]).toEqual([200, ""]);
    expect(head!.headers["content-length"]).toBe(get!.headers["content-length"]);
  });

  it("lets no other page read, frame or learn of it, whatever is asked", async () => {
    const answers = await Promise.all([
      ask(server.port, { headers: { cookie: cookie(), origin: "https://evil.example" } }),
      ask(server.port, { path: `/?token=${token()}`, headers: { origin: "https://evil.example" } }),
      ask(server.port, { path: "/nothing", headers: { cookie: cookie() } }),
      ask(server.port, { headers: { host: "evil.example" } }),
      ask(server.port),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 303, 404, 421, 403]);
    for (const { headers } of answers) {
      expect(headers["referrer-policy"]).toBe("no-referrer");
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cross-origin-resource-policy"]).toBe("same-origin");
      expect(Object.keys(headers).filter((name) => name.startsWith("access-control"))).toEqual([]);
    }
    expect(answers[0]!.headers["content-security-policy"]).toBe("frame-ancestors 'none'");
  });

  it("listens on 127.0.0.1 and nowhere else", async () => {
    const reached = await new Promise<boolean>((resolve) => {
      const socket = connect(server.port, "::1");
      socket.on("connect", () => resolve(true)).on("error", () => resolve(false));
    });
    expect(reached).toBe(false);
  });

  it("says so where the page cannot be made, and goes on", async () => {
    server.show({ page: () => Promise.reject(new Error("secret")), state: () => ({}) });
    const { status, body } = await ask(server.port, { headers: { cookie: cookie() } });
    expect(status).toBe(503);
    expect(body).not.toContain("secret");
  });
});

it("a page may run one script more and ask where it comes from, and nothing else", () => {
  const html = watchedHtml(stillPageHtml({ title: "t", body: "<p>b</p>" }), 7);
  const policy = /Content-Security-Policy" content="([^"]*)"/.exec(html)![1]!;
  expect(policy).toMatch(
    /^default-src 'none'; connect-src 'self'; script-src 'sha256-[A-Za-z0-9+/]{43}='; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'$/,
  );
  expect(html).toContain('<meta name="ecotile-found" content="7">');
  expect(() => watchedHtml("<html></html>", 0)).toThrow();
});

describe("ecotile search --watch", () => {
  const directory = mkdtempSync(join(tmpdir(), "ecotile-watch-"));
  afterAll(() => rmSync(directory, { recursive: true }));
  const long = ["search", smallStudy, "--strategy", "random", "--workers", "1"];

  /** The address that a search prints. */
  const addressOf = (running: ReturnType<typeof startCli>): Promise<URL> =>
    new Promise((resolve, reject) => {
      let text = "";
      running.child.stderr!.on("data", (piece: Buffer) => {
        text += piece.toString();
        const found = /Watch it: (\S+)/.exec(text);
        if (found !== null) resolve(new URL(found[1]!));
      });
      running.child.on("close", () => reject(new Error(text)));
    });

  it("a port that is taken: exit 2 before anything is made, and what to do", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    const out = join(directory, "taken");
    const { code, stderr } = await startCli([...long, "--out", out, "--watch", String(port)]).ended;
    other.close();
    expect(code).toBe(2);
    expect(stderr).toBe(
      `--watch cannot have port ${port} of 127.0.0.1: it is taken. Name another one, or none to take any that is free.\n`,
    );
    expect(existsSync(out)).toBe(false);
  });

  it("what is no port, and a shard, are refused", async () => {
    const wrong = await startCli([...long, "--watch", "70000"]).ended;
    expect(wrong.code).toBe(2);
    expect(wrong.stderr).toContain("must be a port from 1 to 65535");
    const shard = await startCli([...long, "--watch", "--shard", "1/2", "--out", join(directory, "s")]).ended;
    expect(shard.code).toBe(2);
    expect(shard.stderr).toContain("--watch shows a whole search");
  });

  it("ends with the search, and changes nothing of its result", async () => {
    const run = startCli([...long, "--out", join(directory, "ended"), "--watch"]);
    const { port } = await addressOf(run);
    expect((await run.ended).code).toBe(0);
    await expect(ask(Number(port))).rejects.toThrow();
  });

  it("Ctrl-C ends both at once, also with a page open: exit 130", async () => {
    const run = startCli([
      "search",
      "examples/clip-vit-b16.yaml",
      "--strategy",
      "random",
      "--workers",
      "1",
      "--out",
      join(directory, "stopped"),
      "--watch",
    ]);
    const url = await addressOf(run);
    const socket = connect(Number(url.port), "127.0.0.1").on("error", () => undefined);
    socket.write(`GET /state HTTP/1.1\r\nHost: ${url.host}\r\n\r\n`);
    await new Promise((resolve) => socket.once("data", resolve));
    run.child.kill("SIGINT");
    const { code, stderr } = await run.ended;
    expect(code).toBe(130);
    expect(stderr).toContain("Continue with: ecotile search");
    await expect(ask(Number(url.port))).rejects.toThrow();
  });
});
