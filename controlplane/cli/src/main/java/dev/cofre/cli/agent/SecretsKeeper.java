package dev.cofre.cli.agent;

import dev.cofre.cli.run.SecretValue;
import dev.cofre.cli.template.UnfitValueException;
import dev.cofre.client.CofreException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Keeps static secrets: all are read together, again and again. */
final class SecretsKeeper implements Keeper {
  private static final double LEAST = 0.8;
  private static final double MOST = 1.2;

  private final Map<String, Source.Secret> sources = new LinkedHashMap<>();
  private final Duration interval;
  private final Duration cacheMax;
  private final Attempts attempts;

  /** By the secrets' names. */
  private final Map<String, Held> held = new HashMap<>();

  private final Map<String, String> refusals = new HashMap<>();

  /**
   * What is held of a secret.
   *
   * @param confirmed whether this process has read it, or took it over from the one before
   */
  private record Held(SecretValue value, Instant readAt, boolean confirmed) {}

  SecretsKeeper(
      List<Source.Secret> sources, Duration interval, Duration cacheMax, Attempts attempts) {
    sources.forEach(source -> this.sources.put(source.name(), source));
    this.interval = interval;
    this.cacheMax = cacheMax;
    this.attempts = attempts;
  }

  @Override
  public Set<String> sources() {
    return sources.keySet();
  }

  @Override
  public Attempts attempts() {
    return attempts;
  }

  @Override
  public boolean step(Vault vault) {
    List<String> names = sources.values().stream().map(Source.Secret::secret).distinct().toList();
    Vault.Read read;
    try {
      read = vault.read(names, sources.values().stream().anyMatch(Source.Secret::resolve));
    } catch (CofreException e) {
      if (e.kind() == CofreException.Kind.REFUSED && (e.status() == 401 || e.status() == 403)) {
        names.forEach(this::dropUnconfirmed);
      }
      throw e;
    }
    Instant now = attempts.now();
    boolean changed = false;
    refusals.clear();
    refusals.putAll(read.refusals());
    for (String name : names) {
      SecretValue value = read.values().get(name);
      Held before = held.get(name);
      if (value == null) {
        refusals.putIfAbsent(name, "was not answered");
        dropUnconfirmed(name);
      } else {
        changed |= take(before, value, now);
      }
    }
    if (refusals.isEmpty()) {
      attempts.succeeded(interval, LEAST, MOST);
    } else if (read.values().isEmpty()) {
      attempts.refused(String.join("; ", refusals.values()));
    } else {
      // The others are read as often as ever.
      attempts.partly(String.join("; ", refusals.values()), interval, LEAST, MOST);
    }
    return changed;
  }

  /** What the process before has read, and this one is refused, was perhaps taken back. */
  private void dropUnconfirmed(String name) {
    Held found = held.get(name);
    if (found != null && !found.confirmed) {
      found.value.wipe();
      held.remove(name);
    }
  }

  private boolean take(Held before, SecretValue value, Instant now) {
    // Not by the version: a secret made anew under its name begins at 1 again.
    boolean same = before != null && before.value.hasBytesOf(value);
    held.put(value.name(), new Held(value, now, true));
    if (before != null) {
      before.value.wipe();
    }
    return !same;
  }

  @Override
  public boolean holds(String source) {
    return held.containsKey(sources.get(source).secret());
  }

  @Override
  public byte[] field(String source, String field) throws UnfitValueException {
    Source.Secret secret = sources.get(source);
    Held found = held.get(secret.secret());
    if (found == null) {
      throw new UnfitValueException(source + " has no value yet");
    }
    byte[] bytes = found.value.bytes(secret.trim());
    if (field.equals(Source.Secret.VALUE)) {
      return bytes;
    }
    String name = field.substring(Source.Secret.JSON.length());
    try {
      Object value = new JsonObject(Buffer.buffer(bytes)).getValue(name);
      if (value instanceof String || value instanceof Number || value instanceof Boolean) {
        return value.toString().getBytes(StandardCharsets.UTF_8);
      }
      throw new UnfitValueException("the value has no text, number or truth value " + name);
    } catch (DecodeException e) {
      // The cause is left out: it quotes the value.
      throw new UnfitValueException("the value is not a JSON object");
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  @Override
  public JsonObject save(String source) {
    Held found = held.get(sources.get(source).secret());
    if (found == null) {
      return null;
    }
    byte[] bytes = found.value.bytes(false);
    try {
      return new JsonObject()
          .put("value", Base64.getEncoder().encodeToString(bytes))
          .put("version", found.value.version())
          .put("readAt", found.readAt.toString());
    } finally {
      Arrays.fill(bytes, (byte) 0);
    }
  }

  @Override
  public void restore(String source, JsonObject saved) {
    Instant now = attempts.now();
    Instant saidAt = saved.getInstant("readAt");
    Instant readAt = saidAt.isAfter(now) ? now : saidAt;
    if (readAt.plus(cacheMax).isAfter(now)) {
      String name = sources.get(source).secret();
      byte[] bytes = Base64.getDecoder().decode(saved.getString("value"));
      SecretValue value = new SecretValue(name, saved.getInteger("version"), bytes);
      held.put(name, new Held(value, readAt, false));
    }
  }

  @Override
  public JsonObject status(String source) {
    String name = sources.get(source).secret();
    Held found = held.get(name);
    JsonObject status = new JsonObject().put("kind", "secret").put("secret", name);
    if (found != null) {
      status.put("version", found.value.version()).put("readAt", found.readAt.toString());
    }
    String why = refusals.getOrDefault(name, refusals.isEmpty() ? attempts.trouble() : "");
    return why.isEmpty() ? status : status.put("trouble", why);
  }

  @Override
  public void wipe() {
    held.values().forEach(found -> found.value.wipe());
  }
}
