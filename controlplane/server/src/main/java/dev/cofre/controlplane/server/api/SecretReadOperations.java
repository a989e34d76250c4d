package dev.cofre.controlplane.server.api;

import static dev.cofre.controlplane.domain.ManagementAction.SECRET_READ;
import static io.vertx.core.http.HttpMethod.GET;
import static io.vertx.core.http.HttpMethod.POST;

import dev.cofre.contract.problem.ErrorCode;
import dev.cofre.contract.problem.ProblemException;
import dev.cofre.controlplane.domain.SecretGroup;
import dev.cofre.controlplane.domain.SecretGroupMember;
import dev.cofre.controlplane.domain.SecretReadDraft;
import dev.cofre.controlplane.server.vault.ReferenceWalk;
import dev.cofre.controlplane.server.vault.RefusedReferenceException;
import dev.cofre.controlplane.server.vault.SealedSecret;
import dev.cofre.controlplane.server.vault.SecretGroupAccess;
import dev.cofre.controlplane.server.vault.SecretTree;
import dev.cofre.controlplane.server.vault.TemplateFilling;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The routes that hand values of secrets out. Thread-safe. */
final class SecretReadOperations {
  private static final int BYTES_MAX = 1 << 20;

  /** The most values that are opened for one request. */
  private static final int OPENED_MAX = 200;

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
    String name = call.path("secret");
    call.subject(name);
    int number = number(call.facts().query().get("version"));
    return Answer.secret(
        resolve(call.facts().query().get("resolve"))
            ? filled(call, name, number, new Opened())
            : plain(call, name, number));
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

  private static boolean resolve(String text) {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (!text.equals("true")) {
      throw new ProblemException(ErrorCode.INVALID_REQUEST, "resolve must be true or false");
    }
    return true;
  }

  /** How many values a request has had opened. Not thread-safe. */
  private static final class Opened {
    private int count;

    void add(int values) {
      count += values;
      if (count > OPENED_MAX) {
        throw new ProblemException(
            ErrorCode.PAYLOAD_TOO_LARGE,
            "with what they refer to these are more than "
                + OPENED_MAX
                + " values; ask for fewer at once");
      }
    }
  }

  /** The value as JSON; its record is on the log then. */
  private byte[] plain(Call call, String name, int number) {
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

  /** The same of a template with what it refers to, of which each has its own record then. */
  private byte[] filled(Call call, String name, int number, Opened opened) {
    SecretTree tree = tree(call, name, number);
    opened.add(tree.all().size());
    try (TemplateFilling filling = new TemplateFilling(vault.sealer())) {
      byte[] value = vault.opened(() -> filling.value(tree));
      for (SecretTree each : tree.all()) {
        SealedSecret read = each.sealed();
        vault.audit().secretRead(call, read.secret().name(), read.version().number());
      }
      return SecretAnswers.value(tree, value);
    }
  }

  private SecretTree tree(Call call, String name, int number) {
    try {
      return vault.opened(
          () -> vault.store().read(tx -> ReferenceWalk.find(tx, call.principal(), name, number)));
    } catch (RefusedReferenceException e) {
      String action = call.action().wireName();
      vault.audit().refused(call.facts(), action, call.caller(), e.reference(), e.why().code());
      throw e.why();
    }
  }

  /** Each name has its own outcome and its own record. */
  private Answer readAll(Call call) {
    SecretReadDraft draft = SecretReadDraft.read(call.document());
    List<String> names = draft.group() == null ? draft.names() : members(call, draft.group());
    Opened opened = new Opened();
    List<byte[]> items = new ArrayList<>();
    int bytes = 0;
    try {
      for (String name : names) {
        call.subject(name);
        items.add(item(call, name, draft.resolve() ? opened : null));
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

  /** What is in the group; each is read by its own authorization afterwards. */
  private List<String> members(Call call, String name) {
    call.subject(SecretGroup.reference(name));
    List<String> names =
        vault
            .store()
            .read(
                tx -> {
                  if (!SecretGroupAccess.mayRead(tx, call.principal(), name)) {
                    throw SecretGroupAccess.notFound();
                  }
                  SecretGroup group =
                      tx.secretGroups()
                          .find(call.principal().tenant(), name)
                          .orElseThrow(SecretGroupAccess::notFound);
                  return tx.secretGroups().members(group).stream()
                      .map(SecretGroupMember::secret)
                      .toList();
                });
    vault.audit().groupShown(call, SecretGroup.reference(name));
    return names;
  }

  /**
   * One of several.
   *
   * @param opened null when templates are not filled
   */
  private byte[] item(Call call, String name, Opened opened) {
    try {
      return opened == null ? plain(call, name, 0) : filled(call, name, 0, opened);
    } catch (ProblemException e) {
      boolean ofAll = opened != null && opened.count > OPENED_MAX;
      if (e.code().isRetryable() || ofAll) {
        throw e;
      }
      vault.audit().refused(call.facts(), call.action().wireName(), call.caller(), name, e.code());
      JsonObject error = new JsonObject().put("code", e.code().code()).put("message", e.detail());
      return SecretAnswers.bytes(new JsonObject().put("name", name).put("error", error).encode());
    }
  }
}
