package dev.cofre.contract.golden;

import dev.cofre.contract.envelope.Aead;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeSealer;
import dev.cofre.contract.envelope.JcaAead;
import dev.cofre.contract.envelope.RequestKeyDerivation;
import dev.cofre.contract.envelope.WrappedDataKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Makes golden envelopes, byte for byte the same each time: all that is random elsewhere stands in
 * their JSON, and comes from the file's name.
 *
 * <p>Its main method writes into the folder named by its argument what is not there yet, and the
 * list anew.
 */
public final class GoldenMaker {
  private static final HexFormat HEX = HexFormat.of();
  private static final int CHUNK = 32;

  private GoldenMaker() {}

  /** Writes what is missing in the folder {@code args[0]}. */
  public static void main(String[] args) throws IOException {
    Path folder = Files.createDirectories(Path.of(args[0]));
    for (GoldenEnvelope golden : plan()) {
      Path json = folder.resolve(golden.name() + ".json");
      if (Files.notExists(json)) {
        Files.writeString(json, json(golden.fields()));
        Files.write(folder.resolve(golden.name() + ".envelope"), make(golden));
      }
    }
    try (Stream<Path> files = Files.list(folder)) {
      String list =
          files
              .filter(file -> !file.endsWith("SHA256SUMS"))
              .sorted()
              .map(file -> HEX.formatHex(digest(file)) + "  " + file.getFileName() + "\n")
              .collect(Collectors.joining());
      Files.writeString(folder.resolve("SHA256SUMS"), list);
    }
  }

  /** The envelope that the fields of {@code golden} describe. */
  static byte[] make(GoldenEnvelope golden) {
    byte[] dataKey = golden.bytes("dataKey");
    byte[] wrap = Arrays.copyOf(golden.bytes("wrapIv"), EnvelopeFormat.WRAP_LENGTH);
    byte[] aad = golden.identity().wrapAad(golden.tenant(), golden.context());
    Aead aead = new JcaAead();
    aead.key(golden.kek(), 0);
    aead.seal(golden.bytes("wrapIv"), aad, dataKey, 0, dataKey.length, wrap, 12);
    WrappedDataKey wrapped = golden.identity().withWrap(wrap);
    byte[] plaintext = plaintext(golden.name(), golden.plaintextLength());
    byte[] out = new byte[(int) EnvelopeFormat.envelopeLength(plaintext.length)];
    try (RequestKeyDerivation derivation = new RequestKeyDerivation(dataKey, wrapped);
        EnvelopeSealer sealer = new EnvelopeSealer(aead)) {
      sealer.begin(
          derivation,
          (salt, offset, length) ->
              System.arraycopy(golden.bytes("salt"), 0, salt, offset, length));
      for (int item = 0; item <= golden.item(); item++) {
        sealer.seal(golden.context().canonical(), plaintext, 0, plaintext.length, out, 0);
      }
    }
    return out;
  }

  /** The plaintext: SHA-256 of {@code name ‖ "/" ‖ i} for i = 0, 1, …, cut to {@code length}. */
  static byte[] plaintext(String name, int length) {
    byte[] plaintext = new byte[length];
    for (int at = 0; at < length; at += CHUNK) {
      byte[] chunk = chosen(name, Integer.toString(at / CHUNK));
      System.arraycopy(chunk, 0, plaintext, at, Math.min(CHUNK, length - at));
    }
    return plaintext;
  }

  private static List<GoldenEnvelope> plan() {
    return List.of(
        plan("empty", "HSM", "SERVICE", "", 0, 0),
        plan("one-byte", "HSM", "SERVICE", "", 0, 1),
        plan("one-segment", "HSM", "SERVICE", "", 0, 65_536),
        plan("two-segments", "HSM", "SERVICE", "", 0, 65_537),
        plan("four-segments", "HSM", "SERVICE", "app=demo", 0, 200_000),
        plan("context", "HSM", "SERVICE", "app=demo,caf%C3%A9=%E2%98%95,empty=", 0, 33),
        plan("item-258", "HSM", "SERVICE", "app=demo", 258, 70_000),
        plan("caller", "HSM", "CALLER", "app=demo", 0, 100),
        plan("caller-without-context", "HSM", "CALLER", "", 1, 100),
        plan("software", "SOFTWARE", "SERVICE", "", 0, 100));
  }

  private static GoldenEnvelope plan(
      String name, String protection, String usage, String context, int item, int length) {
    Map<String, String> fields = new LinkedHashMap<>();
    fields.put("about", "made for tests: this KEK guards nothing");
    fields.put("kek", HEX.formatHex(chosen(name, "kek")));
    fields.put("tenant", "default");
    fields.put("protection", protection);
    fields.put("usage", usage);
    fields.put("keyId", uuid(name, "key"));
    fields.put("keyVersion", Integer.toString(1 + (chosen(name, "version")[0] & 0xff)));
    fields.put("dataKeyId", uuid(name, "data key"));
    fields.put("dataKey", HEX.formatHex(chosen(name, "data key bytes")));
    fields.put("wrapIv", HEX.formatHex(chosen(name, "wrap iv"), 0, 12));
    fields.put("salt", HEX.formatHex(chosen(name, "salt"), 0, 24));
    fields.put("context", context);
    fields.put("item", Integer.toString(item));
    byte[] plaintext = plaintext(name, length);
    fields.put("plaintextLength", Integer.toString(length));
    fields.put("plaintextSha256", HEX.formatHex(GoldenEnvelopes.sha256(plaintext)));
    if (length <= 100) {
      fields.put("plaintext", HEX.formatHex(plaintext));
    }
    return new GoldenEnvelope(name, fields, new byte[0]);
  }

  private static byte[] chosen(String name, String what) {
    return GoldenEnvelopes.sha256((name + "/" + what).getBytes(StandardCharsets.UTF_8));
  }

  private static String uuid(String name, String what) {
    String hex = HEX.formatHex(chosen(name, what), 0, 16);
    return hex.replaceFirst("(.{8})(.{4})(.{4})(.{4})(.{12})", "$1-$2-$3-$4-$5");
  }

  private static String json(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> "  \"" + field.getKey() + "\": \"" + field.getValue() + "\"")
        .collect(Collectors.joining(",\n", "{\n", "\n}\n"));
  }

  private static byte[] digest(Path file) {
    try {
      return GoldenEnvelopes.sha256(Files.readAllBytes(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
