package dev.cofre.controlplane.server.vault;

import dev.cofre.controlplane.domain.Secret;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Secrets with their values as the JSON that {@code cofre secret import --from json} reads: {@code
 * {"format":"cofre-secrets/1","exportedAt":…,"secrets":[…]}}. What it is put together of is
 * overwritten by {@link #close()}. Not thread-safe.
 */
public final class SecretDump implements AutoCloseable {
  private final List<byte[]> parts = new ArrayList<>();

  /** An empty one of {@code now}. */
  public SecretDump(Instant now) {
    put("{\"format\":\"cofre-secrets/1\",\"exportedAt\":\"" + now + "\",\"secrets\":[");
  }

  /** Adds {@code secret} with its version {@code number}; {@code value} stays the caller's. */
  public void add(Secret secret, int number, byte[] value) {
    String said =
        new JsonObject()
            .put("name", secret.name())
            .put("environment", secret.draft().environment().wireName())
            .put("dataClass", secret.draft().dataClass().wireName())
            .put("owner", secret.draft().owner())
            .put("description", secret.draft().description())
            .put("expiresAt", secret.draft().expiresAt().toString())
            .put("rotation", new JsonObject(secret.draft().rotation().document()))
            .encode();
    put(
        (parts.size() > 1 ? "," : "")
            + said.substring(0, said.length() - 1)
            + ",\"versions\":[{\"version\":"
            + number
            + ",\"valueBase64\":\"");
    parts.add(Base64.getEncoder().encode(value));
    put("\"}]}");
  }

  private void put(String text) {
    parts.add(text.getBytes(StandardCharsets.UTF_8));
  }

  /** All of it, UTF-8, for the caller to overwrite; nothing may be added afterwards. */
  public byte[] bytes() {
    put("]}");
    byte[] whole = new byte[parts.stream().mapToInt(part -> part.length).sum()];
    int at = 0;
    for (byte[] part : parts) {
      System.arraycopy(part, 0, whole, at, part.length);
      at += part.length;
    }
    return whole;
  }

  @Override
  public void close() {
    parts.forEach(part -> Arrays.fill(part, (byte) 0));
  }
}
