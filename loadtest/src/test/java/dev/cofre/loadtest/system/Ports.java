package dev.cofre.loadtest.system;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/** Free ports, below those that the kernel hands out by itself. */
public final class Ports {
  private static final int LOWEST = 12_000;
  private static final int HIGHEST = 32_000;
  private static final Path HANDED_OUT = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
  private static final int RANGE = 12;
  private static final int TRIES = 1_000;

  private Ports() {}

  /** The first of {@value #RANGE} ports in a row that nobody listens on. */
  public static int freeBase() {
    int highest = highest();
    for (int i = 0; i < TRIES; i++) {
      int base = ThreadLocalRandom.current().nextInt(LOWEST, highest);
      if (areFree(base)) {
        return base;
      }
    }
    throw new AssertionError("no " + RANGE + " free ports in a row");
  }

  /** Below those that the kernel gives to clients, where it leaves room for that. */
  private static int highest() {
    try {
      int handedOut = Integer.parseInt(Files.readString(HANDED_OUT).strip().split("\\s+")[0]);
      int below = Math.min(HIGHEST, handedOut - RANGE);
      return below > LOWEST + TRIES ? below : HIGHEST;
    } catch (IOException e) {
      return HIGHEST;
    }
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
