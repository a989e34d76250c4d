package dev.cofre.loadtest.system;

import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.WrappedDataKey;
import dev.cofre.hsm.ClearKey;
import dev.cofre.hsm.Hsm;
import dev.cofre.hsm.HsmConfig;
import dev.cofre.hsm.Pin;
import dev.cofre.hsm.Pkcs11Hsm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Asks a deployment's token for the bytes of service data keys of the key demo. A process of its
 * own does it: SoftHSM2 reads its configuration once per process.
 */
final class Unwrapping {
  private static final Path LIBRARY = Path.of("/usr/lib/softhsm/libsofthsm2.so");

  private Unwrapping() {}

  /** The bytes of {@code wrapped}. */
  static Map<WrappedDataKey, byte[]> of(Deployment deployment, Collection<WrappedDataKey> wrapped)
      throws IOException, InterruptedException {
    String classPath =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-cp",
            classPath,
            Unwrapping.class.getName(),
            deployment.settings(Cofre.DATA_PLANE).get("hsm.tokenLabel"),
            deployment.pinFile().toString());
    builder.environment().put("SOFTHSM2_CONF", deployment.softHsmConf().toString());
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    List<WrappedDataKey> order = List.copyOf(wrapped);
    try (var out = process.outputWriter(StandardCharsets.US_ASCII)) {
      for (WrappedDataKey key : order) {
        out.write(HexFormat.of().formatHex(key.bytes()) + "\n");
      }
    }
    Map<WrappedDataKey, byte[]> keys = new HashMap<>();
    try (BufferedReader in = process.inputReader(StandardCharsets.US_ASCII)) {
      for (WrappedDataKey key : order) {
        keys.put(key, HexFormat.of().parseHex(in.readLine()));
      }
    }
    if (process.waitFor() != 0) {
      throw new AssertionError("the token was not asked");
    }
    return keys;
  }

  /** Label of the token and PIN file; a wrapped data key a line in, its bytes a line out. */
  public static void main(String[] args) throws IOException {
    HsmConfig config = new HsmConfig(LIBRARY, args[0], OptionalLong.empty());
    try (Hsm hsm = Pkcs11Hsm.login(config, Pin.read(args[1]));
        BufferedReader in =
            new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII))) {
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        WrappedDataKey wrapped = WrappedDataKey.parse(HexFormat.of().parseHex(line), 0);
        byte[] wrap = wrapped.wrap();
        ClearKey key =
            hsm.unwrap(
                "kek-" + wrapped.keyId() + "-" + wrapped.keyVersion(),
                Arrays.copyOf(wrap, EnvelopeFormat.WRAP_IV_LENGTH),
                wrapped.wrapAad("default", EncryptionContext.EMPTY),
                Arrays.copyOfRange(wrap, EnvelopeFormat.WRAP_IV_LENGTH, wrap.length));
        System.out.println(HexFormat.of().formatHex(key.copy()));
      }
    }
  }
}
