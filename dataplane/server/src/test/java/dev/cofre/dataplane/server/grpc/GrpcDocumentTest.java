package dev.cofre.dataplane.server.grpc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.cofre.contract.grpc.crypto.EncryptRequest;
import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** docs/GRPC.md against the code. */
class GrpcDocumentTest {
  private final String page = read();

  private static String read() {
    try {
      return Files.readString(Path.of(System.getProperty("cofre.root"), "docs", "GRPC.md"));
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void everyCodeHasTheStatusThatIsDocumented() {
    Map<ErrorCode, Integer> documented = new EnumMap<>(ErrorCode.class);
    Matcher row = Pattern.compile("(?m)^\\| (\\d+) `[A-Z_]+` \\| (.*) \\|$").matcher(page);
    while (row.find()) {
      Matcher code = Pattern.compile("`([a-z_]+)`").matcher(row.group(2));
      while (code.find()) {
        documented.put(ErrorCode.of(code.group(1)), Integer.valueOf(row.group(1)));
      }
    }
    assertEquals(EnumSet.allOf(ErrorCode.class), documented.keySet());
    documented.forEach(
        (code, status) -> assertEquals(status, GrpcStatus.of(code), () -> code.code()));
  }

  @Test
  void theVectorIsWhatAClientSends() {
    Matcher vector = Pattern.compile("encrypt-request = ([0-9a-f]+)").matcher(page);
    assertTrue(vector.find());
    byte[] sent = HexFormat.of().parseHex(vector.group(1));
    EncryptRequest request =
        EncryptRequest.newBuilder()
            .setKey("demo")
            .putContext("app", "demo")
            .setPlaintext(ByteString.copyFromUtf8("order 4711"))
            .build();
    assertEquals(HexFormat.of().formatHex(sent), HexFormat.of().formatHex(GrpcAnswers.of(request)));
  }

  @Test
  void timeoutsAreRoundedUp() {
    assertEquals(1, GrpcTimeout.parseMs("0n"));
    assertEquals(1, GrpcTimeout.parseMs("1n"));
    assertEquals(2, GrpcTimeout.parseMs("1001u"));
    assertEquals(100, GrpcTimeout.parseMs("100m"));
    assertEquals(3_600_000, GrpcTimeout.parseMs("1H"));
    assertEquals(99_999_999L * 3_600_000, GrpcTimeout.parseMs("99999999H"));
    for (String wrong : new String[] {"", "S", "1", "1s", "-1S", "1.5S", "123456789m", " 1S"}) {
      assertThrows(ProblemException.class, () -> GrpcTimeout.parseMs(wrong), wrong);
    }
  }

  @Test
  void messagesAreAscii() {
    assertEquals("a%25b%0A%E2%98%95", GrpcStatus.message("a%b\n☕"));
  }
}
