package dev.cofre.controlplane.server.identity;

import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import java.nio.ByteBuffer;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.LongSupplier;

/**
 * Nodes that proved who they are by a token not long ago: while the store is away they still get
 * what they follow. People and workloads are not remembered. Thread-safe; never blocks.
 */
final class RememberedNodes {
  private static final int NODES_MAX = 1_000;
  private static final long KEPT_NS = 300_000_000_000L;

  private final LongSupplier clockNs;
  private final Map<ByteBuffer, Seen> nodes =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Seen> eldest) {
          return size() > NODES_MAX;
        }
      };

  private record Seen(Principal node, long atNs) {}

  /** Counts by {@code clockNs}, which is like {@link System#nanoTime()}. */
  RememberedNodes(LongSupplier clockNs) {
    this.clockNs = clockNs;
  }

  /**
   * The store says that the token with {@code digest} is that of {@code principal}, or nobody's.
   */
  synchronized void seen(byte[] digest, Optional<Principal> principal) {
    ByteBuffer token = ByteBuffer.wrap(digest);
    if (principal.filter(p -> p.roles().contains(Role.NODE)).isPresent()) {
      nodes.put(token, new Seen(principal.get(), clockNs.getAsLong()));
    } else {
      nodes.remove(token);
    }
  }

  /** The node whose token has {@code digest}, when the store said so in the last five minutes. */
  synchronized Optional<Principal> find(byte[] digest) {
    return Optional.ofNullable(nodes.get(ByteBuffer.wrap(digest)))
        .filter(seen -> clockNs.getAsLong() - seen.atNs < KEPT_NS)
        .map(Seen::node);
  }
}
