package dev.cofre.cli;

import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code key update}: owner, purpose, expiry and tags of a key. */
@Command(
    name = "update",
    description = {
      "Changes what is named of a key: owner, purpose, expiry, tags; the rest stays.",
      "Other tags of a key of prod need approval, for policies select keys by them."
    })
final class KeyUpdateCommand implements Callable<Integer> {
  private final Terminal terminal;

  @Parameters(paramLabel = "KEY", description = "Alias or id.")
  private String key;

  @Option(names = "--owner", description = "Team or person that answers for it.")
  private String owner;

  @Option(names = "--purpose", description = "What it is for, in words.")
  private String purpose;

  @Option(
      names = "--expires-at",
      paramLabel = "TIME",
      converter = KeyCreateCommand.Rfc3339.class,
      description = "When it expires: RFC 3339, in the future, like 2030-01-01T00:00:00Z.")
  private Instant expiresAt;

  @Mixin private TagOption tags;

  @Option(
      names = "--untag",
      split = ",",
      paramLabel = "NAME",
      description = "A tag that it is not to have any more; may be repeated.")
  private List<String> untag = List.of();

  @Mixin private OutputOption output;
  @Mixin private ControlPlane plane;

  KeyUpdateCommand(Terminal terminal) {
    this.terminal = terminal;
  }

  @Override
  public Integer call() {
    JsonObject change = new JsonObject();
    if (owner != null) {
      change.put("owner", owner);
    }
    if (purpose != null) {
      change.put("purpose", purpose);
    }
    if (expiresAt != null) {
      change.put("expiresAt", expiresAt.toString());
    }
    if (change.isEmpty() && tags.isEmpty() && untag.isEmpty()) {
      throw new CliException(
          ExitCodes.USAGE, "name at least one thing to be changed (see key update --help)");
    }
    return KeyCommand.print(terminal, output, plane, calls -> update(calls, change));
  }

  /** Tags are changed one by one here and as a whole in the API: only while nobody else does. */
  private JsonObject update(ControlPlane.Calls calls, JsonObject change) {
    String path = KeyCommand.path(key);
    if (tags.isEmpty() && untag.isEmpty()) {
      return calls.call(HttpMethod.PATCH, path, change);
    }
    JsonObject now = calls.get(path);
    JsonObject all = now.getJsonObject("tags", new JsonObject()).copy();
    untag.forEach(all::remove);
    all.mergeIn(tags.document());
    return calls.call(
        HttpMethod.PATCH,
        path,
        change.put("tags", all),
        Map.of("If-Match", "\"" + now.getLong("revision") + "\""));
  }
}
