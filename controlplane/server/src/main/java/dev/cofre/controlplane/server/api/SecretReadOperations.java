package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_READ;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.SecretVersionDraft;
import dev.cofre.controlplane.server.vault.SealedSecret;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The routes that hand values of secrets out. Thread-safe. */
final class SecretReadOperations {
  private static final int NAMES_MAX = 100;
  private static final int BYTES_MAX = 1 << 20;

  private final SecretWriting vault;

  SecretReadOperations(SecretWriting vault) {
    this.vault = vault;
  }

  List<Route> routes() {
    return List.of(
        new Route(GET, SecretOperations.PATH + "/value", SECRET_READ, this::read),
        Route.withDocument(POST, "/v1/secret-values", SECRET_READ, this::readAll));
  }

  private Answer read(Call call) {
    call.subject(call.path("secret"));
    int number = number(call.facts().query().get("version"));
    return Answer.secret(json(call, call.path("secret"), number));
  }

  private static int number(String text) {
    if (text == null) {
      return 0;
    }
    if (!text.matches("[1-9][0-9]{0,8}")) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "version must be a version's number");
    }
    return Integer.parseInt(text);
  }

  /** The value as JSON; its record is on the log then. */
  private byte[] json(Call call, String name, int number) {
    SealedSecret sealed =
        vault.opened(
            () -> vault.store().read(tx -> SealedSecret.find(tx, call.principal(), name, number)));
    int version = sealed.version().number();
    byte[] value = vault.open(sealed);
    try {
      vault.audit().secretRead(call, name, version);
      return SecretAnswers.value(sealed, value);
    } finally {
      Arrays.fill(value, (byte) 0);
    }
  }

  /** Each name has its own outcome and its own record. */
  private Answer readAll(Call call) {
    List<String> names = SecretVersionDraft.names(call.document(), NAMES_MAX);
    List<byte[]> items = new ArrayList<>();
    int bytes = 0;
    try {
      for (String name : names) {
        call.subject(name);
        items.add(item(call, name));
        bytes += items.getLast().length;
        if (bytes > BYTES_MAX) {
          throw new ProblemException(
              ErrorCode.PAYLOAD_TOO_LARGE,
              "the values are more than " + BYTES_MAX + " bytes; ask for fewer at once");
        }
      }
      return Answer.secret(SecretAnswers.items(items));
    } finally {
      items.forEach(item -> Arrays.fill(item, (byte) 0));
    }
  }

  private byte[] item(Call call, String name) {
    try {
      return json(call, name, 0);
    } catch (ProblemException e) {
      if (e.code().isRetryable()) {
        throw e;
      }
      vault.audit().refused(call.facts(), call.action().wireName(), call.caller(), name, e.code());
      JsonObject error = new JsonObject().put("code", e.code().code()).put("message", e.detail());
      return SecretAnswers.bytes(new JsonObject().put("name", name).put("error", error).encode());
    }
  }
}
