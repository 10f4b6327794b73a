import { createHash, randomBytes, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { InputError, systemCode, systemReason } from "../../../errors/index.ts";

/** A page as it is served: text that is made when it is asked for. */
export interface Watched {
  /** Whole HTML, with its own policy in it. */
  page(): Promise<string>;
  /** Tells pages that are open whether there is a newer one. */
  state(): object;
}

export interface WatchServer {
  /** With the token: only who has it sees anything. */
  readonly url: string;
  readonly port: number;
  /** What is served from now on; before it there is nothing to see. */
  show(watched: Watched): void;
  /** Ends at once, with all connections. */
  close(): void;
}

const LOOPBACK = "127.0.0.1";
/** 128 bits. */
const TOKEN_BYTES = 16;
const MOST_CONNECTIONS = 32;
const SLOW_MS = 10_000;
/** Beyond this a request is none of a browser that shows the page. */
const MOST_HEADER_BYTES = 16 * 1024;

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * Serves a page to the browser of whoever started the command, and to nobody else: on 127.0.0.1 alone, to requests that know a token of 128
 * bits, by GET and HEAD. The first request hands the token over in the address; it is kept as a cookie, and the address is replaced by one
 * without. Requests by another host name are refused, so that no other page reaches it through DNS.
 *
 * @param port 0: any that is free
 * @throws InputError where the port cannot be had
 */
export async function startWatchServer(port: number): Promise<WatchServer> {
  const token = randomBytes(TOKEN_BYTES).toString("hex");
  const secret = digestOf(token);
  // Digests have one length, and say nothing of how much of a guess was right.
  const isToken = (guess: string | null | undefined): boolean =>
    typeof guess === "string" && timingSafeEqual(digestOf(guess), secret);
  let watched: Watched | null = null;
  let cookieName = "";
  let hosts: readonly string[] = [];

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (!hosts.includes((request.headers.host ?? "").toLowerCase()))
      return say(response, 421, "Another host is asked for.");
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return say(response, 405, "Only GET and HEAD are answered.");
    }
    const address = addressOf(request.url);
    if (address === null) return say(response, 400, "The address cannot be read.");
    if (address.searchParams.has("token")) {
      if (!isToken(address.searchParams.get("token"))) return refuse(response);
      response.setHeader("Set-Cookie", `${cookieName}=${token}; Path=/; HttpOnly; SameSite=Strict`);
      response.setHeader("Location", "/");
      return say(response, 303, "");
    }
    if (!isToken(cookieOf(request, cookieName))) return refuse(response);
    if (address.pathname === "/state") {
      response.setHeader("Content-Type", "application/json; charset=utf-8");
      return end(response, 200, JSON.stringify(watched?.state() ?? {}));
    }
    if (address.pathname !== "/") return say(response, 404, "There is nothing here.");
    if (watched === null) return say(response, 503, "The search has not begun yet.");
    const page = await watched.page();
    response.setHeader("Content-Type", "text/html; charset=utf-8");
    response.setHeader("Content-Security-Policy", "frame-ancestors 'none'");
    end(response, 200, page);
  };
  const server = createServer(
    { maxHeaderSize: MOST_HEADER_BYTES, requestTimeout: SLOW_MS, headersTimeout: SLOW_MS, keepAliveTimeout: SLOW_MS },
    (request, response) => {
      response.setHeader("Cache-Control", "no-store");
      response.setHeader("Referrer-Policy", "no-referrer");
      response.setHeader("X-Content-Type-Options", "nosniff");
      response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
      // A page that cannot be made now is asked for again; what is wrong with the search it says itself.
      answer(request, response).catch(() => say(response, 503, "The page cannot be made now."));
    },
  );
  server.maxConnections = MOST_CONNECTIONS;
  const own = await listening(server, port);
  // Cookies know no ports: two searches at a time have two names.
  cookieName = `ecotile-${own}`;
  hosts = [`${LOOPBACK}:${own}`, `localhost:${own}`];
  return {
    url: `http://${LOOPBACK}:${own}/?token=${token}`,
    port: own,
    show: (next) => void (watched = next),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

function listening(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause) => {
      const why = systemCode(cause) === "EADDRINUSE" ? "it is taken" : systemReason(cause);
      reject(
        new InputError(
          `--watch cannot have port ${port} of ${LOOPBACK}: ${why}. Name another one, or none to take any that is free.`,
        ),
      );
    });
    server.listen(port, LOOPBACK, () => resolve((server.address() as AddressInfo).port));
  });
}

function addressOf(url: string | undefined): URL | null {
  try {
    return new URL(url ?? "", `http://${LOOPBACK}`);
  } catch {
    return null;
  }
}

function cookieOf({ headers }: IncomingMessage, name: string): string | undefined {
  const cookies = (headers.cookie ?? "").split(";").map((cookie) => cookie.trim());
  return cookies.find((cookie) => cookie.startsWith(`${name}=`))?.slice(name.length + 1);
}

const refuse = (response: ServerResponse): void =>
  say(response, 403, "Open the address that the search has printed: it has the token.");

function say(response: ServerResponse, status: number, text: string): void {
  response.setHeader("Content-Type", "text/plain; charset=utf-8");
  end(response, status, text === "" ? "" : `${text}\n`);
}

/** To HEAD Node sends no body. */
function end(response: ServerResponse, status: number, body: string): void {
  const bytes = Buffer.from(body);
  response.writeHead(status, { "Content-Length": bytes.length });
  response.end(bytes);
}
