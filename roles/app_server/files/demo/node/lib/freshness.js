// The client's proof of its last write, so that its next read can wait for it.
//
// Signed, because a made-up GTID set would let anyone make every read wait out its bound. The format is that of
// itsdangerous (URLSafeTimedSerializer), so that a proof stays good when the application changes its language.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { deflateSync, inflateSync } from "node:zlib";

export const HEADER = "read-after";
export const COOKIE = "read_after";
export const MAX_AGE_SECONDS = 60; // far more than a replica may lag and still be called fit
const MAX_LENGTH = 3000; // a cookie ends at 4096
const MOST_BYTES = 65_536; // what a proof may hold

export class Freshness {
  #key;
  #now;

  constructor(secretKey, now = () => Math.floor(Date.now() / 1000)) {
    this.#key = createHash("sha1").update(`read-aftersigner${secretKey}`).digest();
    this.#now = now;
  }

  /** Signs a GTID set; nothing where there is none or it is too long to carry. */
  proof(gtidSet) {
    if (!gtidSet) return "";
    const plain = Buffer.from(JSON.stringify(gtidSet));
    const small = deflateSync(plain);
    const content = small.length < plain.length - 1 ? `.${small.toString("base64url")}` : plain.toString("base64url");
    const dated = `${content}.${number(this.#now()).toString("base64url")}`;
    const signed = `${dated}.${this.#sign(dated).toString("base64url")}`;
    return signed.length <= MAX_LENGTH ? signed : "";
  }

  /** Reads the first proof that is ours and young enough; nothing if none is. */
  gtidSet(...proofs) {
    for (const proof of proofs) {
      const found = proof && this.#read(proof);
      if (found) return found;
    }
    return "";
  }

  #read(proof) {
    const [, dated, content, date, signature] = /^((.*)\.([\w-]+))\.([\w-]+)$/.exec(proof) ?? [];
    if (!dated) return "";
    const given = Buffer.from(signature, "base64url");
    const right = this.#sign(dated);
    if (given.length !== right.length || !timingSafeEqual(given, right)) return "";
    const age = this.#now() - Number(`0x${Buffer.from(date, "base64url").toString("hex")}`);
    if (!(age >= 0 && age <= MAX_AGE_SECONDS)) return "";
    const packed = Buffer.from(content.replace(/^\./, ""), "base64url");
    return JSON.parse(content.startsWith(".") ? inflateSync(packed, { maxOutputLength: MOST_BYTES }) : packed);
  }

  #sign(text) {
    return createHmac("sha1", this.#key).update(text).digest();
  }
}

function number(value) {
  const digits = value.toString(16);
  return Buffer.from(digits.padStart(digits.length + (digits.length % 2), "0"), "hex");
}
