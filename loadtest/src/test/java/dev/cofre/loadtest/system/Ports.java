package dev.cofre.loadtest.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports, below those that the kernel hands out by itself. */
final class Ports {
  private static final int LOWEST = 12_000;
  private static final int HIGHEST = 32_000;
  private static final int RANGE = 12;
  private static final int TRIES = 1_000;

  private Ports() {}

  /** The first of {@value #RANGE} ports in a row that nobody listens on. */
  static int freeBase() {
    for (int i = 0; i < TRIES; i++) {
      int base = ThreadLocalRandom.current().nextInt(LOWEST, HIGHEST);
      if (areFree(base)) {
        return base;
      }
    }
    throw new AssertionError("no " + RANGE + " free ports in a row");
  }

  private static boolean areFree(int base) {
    for (int port = base; port < base + RANGE; port++) {
      try (ServerSocket probe = new ServerSocket()) {
        probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }
}
