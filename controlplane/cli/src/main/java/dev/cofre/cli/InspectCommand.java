package dev.cofre.cli;

import dev.cofre.contract.envelope.EnvelopeFormat;
import dev.cofre.contract.envelope.EnvelopeHeader;
import dev.cofre.contract.envelope.WrappedDataKey;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.InputStream;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code inspect}: what an envelope says of itself, without a service and without decrypting. */
@Command(
    name = "inspect",
    description = {
      "Shows what the envelope on the standard input says of itself: key, version, suite, segments.",
      "Works offline and verifies nothing but the form: only decrypting proves an envelope."
    })
final class InspectCommand implements Callable<Integer> {
  private static final int CHUNK_BYTES = 64 * 1024;

  private final Terminal terminal;
  @Mixin private OutputOption output;

  InspectCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() throws IOException {
    byte[] head = terminal.in().readNBytes(EnvelopeFormat.HEADER_LENGTH);
    EnvelopeHeader header = EnvelopeHeader.parse(head, 0);
    if (header == null) {
      throw new CliException(
          ExitCodes.FAILED, "the input is not an envelope of a format that this release knows");
    }
    long envelopeBytes = head.length + remainingBytes(terminal.in());
    long plaintextBytes = EnvelopeFormat.plaintextLength(envelopeBytes);
    if (plaintextBytes < 0) {
      throw new CliException(
          ExitCodes.FAILED,
          "the input begins as an envelope, but no envelope is "
              + envelopeBytes
              + " bytes long: it was cut or extended");
    }
    output.print(terminal, describe(header, envelopeBytes, plaintextBytes));
    return ExitCodes.OK;
  }

  private static JsonObject describe(
      EnvelopeHeader header, long envelopeBytes, long plaintextBytes) {
    WrappedDataKey wrapped = header.wrapped();
    return new JsonObject()
        .put("key", wrapped.keyId().toString())
        .put("version", Integer.toUnsignedLong(wrapped.keyVersion()))
        .put("format", EnvelopeFormat.FORMAT)
        .put("suite", EnvelopeFormat.SUITE_1)
        .put("suiteName", "AES-256-GCM, request key by SP 800-108 with AES-256-CMAC, committing")
        .put("protection", wrapped.protection().name())
        .put("usage", wrapped.usage().name().toLowerCase(Locale.ROOT))
        .put("dataKey", wrapped.dataKeyId().toString())
        .put("item", header.item())
        .put("segments", EnvelopeFormat.segments(plaintextBytes))
        .put("envelopeBytes", envelopeBytes)
        .put("plaintextBytes", plaintextBytes);
  }

  private static long remainingBytes(InputStream in) throws IOException {
    byte[] chunk = new byte[CHUNK_BYTES];
    long total = 0;
    for (int read = in.read(chunk); read >= 0; read = in.read(chunk)) {
      total += read;
    }
    return total;
  }
}
