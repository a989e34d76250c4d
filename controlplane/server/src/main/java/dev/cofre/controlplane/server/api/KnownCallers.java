package dev.cofre.controlplane.server.api;

import dev.cofre.controlplane.server.identity.Credentials;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Who proved themselves before: they are not turned away for what others do from the same address.
 * It opens no door; whoever is known is authenticated all the same. Thread-safe.
 */
final class KnownCallers {
  private static final int TOKENS_MAX = 10_000;

  private final Set<ByteBuffer> digests =
      Collections.synchronizedSet(
          Collections.newSetFromMap(
              new LinkedHashMap<>() {
                private static final long serialVersionUID = 1L;

                @Override
                protected boolean removeEldestEntry(Map.Entry<ByteBuffer, Boolean> eldest) {
                  return size() > TOKENS_MAX;
                }
              }));

  /** Remembers {@code credentials}, which were found true. */
  void add(Credentials credentials) {
    credentials.token().ifPresent(token -> digests.add(ByteBuffer.wrap(token.digest())));
  }

  /**
   * Whether they were found true before, or a client certificate came with them, which TLS has
   * verified.
   */
  boolean contains(Credentials credentials) {
    return credentials
        .token()
        .map(token -> digests.contains(ByteBuffer.wrap(token.digest())))
        .orElse(!credentials.certificateNames().isEmpty());
  }
}
