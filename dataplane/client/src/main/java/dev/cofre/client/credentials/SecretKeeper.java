package dev.cofre.client.credentials;

import dev.cofre.client.CofreException;
import java.util.Arrays;
import java.util.Base64;

/** Follows the value of a secret, which a rotation changes. */
final class SecretKeeper implements Keeper {
  private static final double LEAST = 0.8;
  private static final double MOST = 1.2;

  private final Calls calls;
  private final CredentialSource.Secret source;
  private final Times times;

  SecretKeeper(Calls calls, CredentialSource.Secret source, Times times) {
    this.calls = calls;
    this.source = source;
    this.times = times;
  }

  @Override
  public Held step(Held held) {
    Held read = read();
    if (held != null && held.says(read)) {
      read.wipe();
      return held;
    }
    return read;
  }

  @Override
  public Held replace(Held held) {
    return step(held);
  }

  private Held read() {
    try (SecretFields answer = calls.readSecret(source.name());
        SecretFields value = value(answer.secret("value"))) {
      return Held.endless(
          source.name() + '@' + answer.text("version"),
          value.text("username"),
          value.secret("password"));
    }
  }

  /** What stands in {@code base64}, which this overwrites. */
  private SecretFields value(char[] base64) {
    byte[] bytes = new byte[base64.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.min(base64[i], Byte.MAX_VALUE);
    }
    try {
      return SecretFields.read(
          "the value of the secret " + source.name(), Base64.getDecoder().decode(bytes));
    } catch (IllegalArgumentException e) {
      // The cause is left out: it quotes a character of the value.
      throw new CofreException(CofreException.Kind.PROTOCOL, "the answer's value is not base64");
    } finally {
      Arrays.fill(bytes, (byte) 0);
      Arrays.fill(base64, '\0');
    }
  }

  @Override
  public long dueNs(Held held) {
    return times.in(source.readEvery().toNanos(), LEAST, MOST);
  }

  /** A secret was there before, and stays. */
  @Override
  public void end(Held held, long latestNs) {}
}
