package dev.cofre.dataplane.server.http;

import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/** Names requests in answers and in the audit log. Unique for all practical purposes; no secret. */
final class RequestIds {
  private RequestIds() {}

  static String next() {
    ThreadLocalRandom random = ThreadLocalRandom.current();
    HexFormat hex = HexFormat.of();
    return hex.toHexDigits(random.nextLong()) + hex.toHexDigits(random.nextLong());
  }
}
