package dev.cofre.cli.run;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/** One version of a secret with its value. It does not show the value. Not thread-safe. */
public final class SecretValue {
  private final String name;
  private final int version;
  private final byte[] bytes;

  /** {@code bytes} are this object's from now on. */
  public SecretValue(String name, int version, byte[] bytes) {
    this.name = name;
    this.version = version;
    this.bytes = bytes;
  }

  /** The secret's name. */
  public String name() {
    return name;
  }

  /** The version's number. */
  public int version() {
    return version;
  }

  /** A copy for the caller to overwrite; {@code trim}: without the line end that it ends with. */
  public byte[] bytes(boolean trim) {
    int length = bytes.length;
    if (trim && length > 0 && bytes[length - 1] == '\n') {
      length--;
      if (length > 0 && bytes[length - 1] == '\r') {
        length--;
      }
    }
    return Arrays.copyOf(bytes, length);
  }

  /** Whether the value is that of {@code other}. */
  public boolean hasBytesOf(SecretValue other) {
    return MessageDigest.isEqual(bytes, other.bytes);
  }

  /**
   * It as a variable of the environment.
   *
   * @return empty when it cannot be one: it is not UTF-8, holds a zero byte, or has characters that
   *     this process's locale does not write
   */
  public Optional<String> text(boolean trim) {
    byte[] copy = bytes(trim);
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(copy)).toString();
      Charset locale =
          Charset.forName(System.getProperty("sun.jnu.encoding", StandardCharsets.UTF_8.name()));
      return text.indexOf('\0') < 0 && locale.newEncoder().canEncode(text)
          ? Optional.of(text)
          : Optional.empty();
    } catch (CharacterCodingException e) {
      return Optional.empty();
    } finally {
      Arrays.fill(copy, (byte) 0);
    }
  }

  /** Overwrites the value. */
  public void wipe() {
    Arrays.fill(bytes, (byte) 0);
  }

  @Override
  public String toString() {
    return "SecretValue[" + name + " " + version + "]";
  }
}
