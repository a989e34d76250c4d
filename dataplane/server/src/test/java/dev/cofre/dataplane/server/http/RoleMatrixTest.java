package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every role on every call of the data plane. A call without a row fails. */
class RoleMatrixTest {
  /**
   * Y may, F 403, K 404 key_not_found, X 400 invalid_ciphertext as for an envelope of a key that
   * there is not, U 401. {@code grant}: the workload with grants on the key; {@code wl}: one
   * without; {@code own}: the app-owner who owns it; {@code ao}: another one.
   */
  private static final String TABLE =
      """
      call              grant wl pa sa co own ao au --
      ENCRYPT           Y     K  F  F  F  F   K  F  U
      DECRYPT           Y     X  F  F  F  F   X  F  U
      REENCRYPT         Y     X  F  F  F  F   X  F  U
      GENERATE_DATA_KEY Y     K  F  F  F  F   K  F  U
      UNWRAP_DATA_KEY   Y     X  F  F  F  F   X  F  U
      LIVE              Y     Y  Y  Y  Y  Y   Y  Y  Y
      READY             Y     Y  Y  Y  Y  Y   Y  Y  Y
      METRICS           Y     Y  Y  Y  Y  Y   Y  Y  Y
      OPENAPI           Y     Y  Y  Y  Y  Y   Y  Y  Y
      """;

  private static final List<String> TOKENS =
      Arrays.asList(
          TestNode.APP_TOKEN,
          TestNode.STRANGER_TOKEN,
          TestNode.token("platform-admin"),
          TestNode.token("security-admin"),
          TestNode.OFFICER_TOKEN,
          TestNode.token("owner"),
          TestNode.token("app-owner"),
          TestNode.token("auditor"),
          null);

  @TempDir static Path directory;
  private static TestNode node;
  private static Calls calls;
  private static byte[] envelope;
  private static String wrapped;

  @BeforeAll
  static void start() throws Exception {
    node = new TestNode(directory);
    calls = new Calls(node.port);
    envelope = calls.raw("/v1/keys/demo/encrypt", new byte[10]).body();
    wrapped = calls.json("/v1/keys/demo/data-keys", "{}").json().getString("wrapped");
  }

  @AfterAll
  static void stop() {
    node.close();
  }

  @Test
  void everyCallHasItsRowAndEveryCellIsTrue() throws Exception {
    Set<String> known = new TreeSet<>();
    for (Call.Kind kind : Call.Kind.values()) {
      known.add(kind.name());
    }
    Set<String> written = new TreeSet<>();
    List<String> wrong = new ArrayList<>();
    for (String line : TABLE.lines().skip(1).toList()) {
      String[] cells = line.split(" +");
      written.add(cells[0]);
      assertEquals(TOKENS.size() + 1, cells.length, line);
      for (int i = 0; i < TOKENS.size(); i++) {
        String cell = cell(ask(Call.Kind.valueOf(cells[0]), TOKENS.get(i)));
        if (!cell.equals(cells[i + 1])) {
          wrong.add(cells[0] + " by caller " + (i + 1) + ": " + cell + ", not " + cells[i + 1]);
        }
      }
    }
    assertEquals(known, written);
    if (!wrong.isEmpty()) {
      fail(String.join("\n", wrong));
    }
  }

  private static Calls.Answer ask(Call.Kind kind, String token) throws Exception {
    byte[] unwrap = ("{\"wrapped\":\"" + wrapped + "\"}").getBytes(StandardCharsets.UTF_8);
    return switch (kind) {
      case ENCRYPT -> calls.post("/v1/keys/demo/encrypt", token, Calls.RAW, new byte[10], Map.of());
      case DECRYPT -> calls.post("/v1/decrypt", token, Calls.RAW, envelope, Map.of());
      case REENCRYPT -> calls.post("/v1/reencrypt", token, Calls.RAW, envelope, Map.of());
      case GENERATE_DATA_KEY ->
          calls.post(
              "/v1/keys/demo/data-keys",
              token,
              Calls.JSON,
              "{}".getBytes(StandardCharsets.UTF_8),
              Map.of());
      case UNWRAP_DATA_KEY ->
          calls.post("/v1/data-keys/unwrap", token, Calls.JSON, unwrap, Map.of());
      case LIVE, READY -> calls.get("/health/" + kind.name().toLowerCase(Locale.ROOT));
      case METRICS -> calls.get("/metrics");
      case OPENAPI -> calls.get("/openapi.yaml");
    };
  }

  private static String cell(Calls.Answer answer) {
    return switch (answer.status()) {
      case 200 -> "Y";
      case 401 -> "U";
      case 403 -> "F";
      case 404 -> answer.code().equals("key_not_found") ? "K" : answer.code();
      case 400 -> answer.code().equals("invalid_ciphertext") ? "X" : answer.code();
      default -> Integer.toString(answer.status());
    };
  }
}
