package dev.cofre.hsm;

import dev.cofre.contract.random.RandomSource;
import java.io.Console;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;

/**
 * A token's PIN. It comes from a file of mode 0600, from a secret mount, or from a prompt; never
 * from a command line.
 *
 * <p>Not thread-safe. {@link #close()} overwrites it.
 */
public final class Pin implements AutoCloseable {
  /** What stands in the configuration for "ask at the terminal". */
  public static final String PROMPT = "prompt";

  private static final int RANDOM_BYTES = 24;
  private static final char[] ALPHABET =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".toCharArray();

  private final char[] chars;

  private Pin(char[] chars) {
    this.chars = chars;
  }

  /** A PIN of 144 random bits. */
  public static Pin generate(RandomSource random) {
    byte[] bytes = random.bytes(RANDOM_BYTES);
    char[] chars = new char[RANDOM_BYTES * 8 / 6];
    for (int i = 0; i < chars.length; i++) {
      int bit = i * 6;
      int window =
          (bytes[bit / 8] & 0xff) << 8
              | (bit / 8 + 1 < bytes.length ? bytes[bit / 8 + 1] & 0xff : 0);
      chars[i] = ALPHABET[window >>> (10 - bit % 8) & 63];
    }
    Arrays.fill(bytes, (byte) 0);
    return new Pin(chars);
  }

  /**
   * Reads the PIN from {@code source}: a file's path, or {@value #PROMPT}.
   *
   * @throws HsmException when it cannot be read, or others than the owner may read the file
   */
  public static Pin read(String source) {
    if (source.equals(PROMPT)) {
      return prompt();
    }
    Path file = Path.of(source);
    try {
      Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(file);
      if (permissions.contains(PosixFilePermission.OTHERS_READ)) {
        throw new HsmException(
            "the HSM's PIN file " + file + " can be read by everybody; run: chmod 600 " + file);
      }
      byte[] bytes = Files.readAllBytes(file);
      CharBuffer decoded = StandardCharsets.UTF_8.decode(ByteBuffer.wrap(bytes));
      Arrays.fill(bytes, (byte) 0);
      int length = decoded.length();
      while (length > 0 && decoded.get(length - 1) <= ' ') {
        length--;
      }
      Pin pin = new Pin(Arrays.copyOf(decoded.array(), length));
      Arrays.fill(decoded.array(), '\0');
      return pin;
    } catch (IOException e) {
      throw new HsmException(
          "the HSM's PIN file " + file + " cannot be read; set hsm.pinFile to a readable file", e);
    }
  }

  // The check goes by the console of JDK 22; since JDK 25 there is none again without a terminal.
  @SuppressWarnings("SystemConsoleNull")
  private static Pin prompt() {
    Console console = System.console();
    if (console == null || !console.isTerminal()) {
      throw new HsmException(
          "the HSM's PIN is to be asked for (hsm.pinFile = prompt), but there is no terminal");
    }
    return typed(console.readPassword("PIN of the HSM's token: "));
  }

  /** Takes over what was typed: null at the end of input. */
  static Pin typed(char[] typed) {
    if (typed == null || typed.length == 0) {
      throw new HsmException("no PIN was typed (hsm.pinFile = prompt)");
    }
    return new Pin(typed);
  }

  /** Writes the PIN to {@code file}, which must not exist, with mode 0600. */
  public void write(Path file) throws IOException {
    byte[] bytes = utf8();
    SecretFiles.create(file, bytes);
    Arrays.fill(bytes, (byte) 0);
  }

  /** The characters themselves, overwritten by {@link #close()}. */
  char[] chars() {
    return chars;
  }

  /** A copy as UTF-8, to be overwritten by the caller. */
  byte[] utf8() {
    ByteBuffer encoded = ByteBuffer.allocate(chars.length * 4);
    StandardCharsets.UTF_8.newEncoder().encode(CharBuffer.wrap(chars), encoded, true);
    byte[] bytes = Arrays.copyOf(encoded.array(), encoded.position());
    Arrays.fill(encoded.array(), (byte) 0);
    return bytes;
  }

  @Override
  public void close() {
    Arrays.fill(chars, '\0');
  }

  @Override
  public String toString() {
    return "Pin[…]";
  }
}
