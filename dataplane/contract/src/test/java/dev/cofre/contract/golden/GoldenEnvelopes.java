package dev.cofre.contract.golden;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * The golden envelopes of format 1. They never change: {@code SHA256SUMS} lists them with their
 * digests, and files are only ever added.
 */
public final class GoldenEnvelopes {
  /** Where they are on the class path. */
  static final String FOLDER = "/golden/v1/";

  private GoldenEnvelopes() {}

  /** All of them, each with the digest that the list gives. */
  public static List<GoldenEnvelope> all() {
    List<GoldenEnvelope> all = new ArrayList<>();
    for (String line : text("SHA256SUMS").lines().toList()) {
      String digest = line.substring(0, 64);
      String file = line.substring(66);
      if (!digest.equals(HexFormat.of().formatHex(sha256(bytes(file))))) {
        throw new AssertionError(
            file + " was changed: golden files never change, only new ones are added");
      }
      if (file.endsWith(".json")) {
        String name = file.substring(0, file.length() - ".json".length());
        all.add(
            new GoldenEnvelope(name, GoldenEnvelope.parse(text(file)), bytes(name + ".envelope")));
      }
    }
    return all;
  }

  /** The data key of {@code golden}, unwrapped in software under its KEK. */
  public static byte[] unwrap(GoldenEnvelope golden) throws GeneralSecurityException {
    byte[] wrap = Arrays.copyOfRange(golden.envelope(), 44, 104);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(
        Cipher.DECRYPT_MODE,
        new SecretKeySpec(golden.kek(), "AES"),
        new GCMParameterSpec(128, wrap, 0, 12));
    cipher.updateAAD(golden.identity().wrapAad(golden.tenant(), golden.context()));
    return cipher.doFinal(wrap, 12, 48);
  }

  /** SHA-256 of {@code bytes}. */
  public static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static String text(String file) {
    return new String(bytes(file), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String file) {
    try (InputStream in = GoldenEnvelopes.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new AssertionError("the golden file " + file + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
