package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code identity}: who vouches for callers, and whom these are, as a security administrator. */
@Command(
    name = "identity",
    description = "Keeps identity providers, bindings of callers to principals, and enrolments.")
final class IdentityCommand {
  private static final String PROVIDERS = "/v1/identity-providers";

  private static final List<Column> PROVIDER_COLUMNS =
      List.of(
          Column.of("NAME", 20, "name"),
          Column.of("KIND", 12, "kind"),
          Column.of("ISSUER", 48, "issuer"),
          Column.of("CHANGED BY", 16, "updatedBy"));

  private final Terminal terminal;
  private final AdminCalls admin;

  IdentityCommand(Terminal terminal) {
    this.terminal = terminal;
    this.admin = new AdminCalls(terminal, PROVIDERS);
  }

  @Command(description = "Lists the identity providers.")
  int providers(@Mixin OutputOption output, @Mixin ControlPlane plane) {
    return admin.list(output, plane, PROVIDER_COLUMNS);
  }

  @Command(
      name = "set-provider",
      description =
          "Makes an identity provider, or changes it, as a document says (JSON; docs/IDENTITY.md)."
              + " Another person approves it.")
  int setProvider(
      @Parameters(paramLabel = "FILE", description = "The document; - for the standard input.")
          Path file,
      @Option(names = "--change", description = "Changes the one that is there.") boolean change,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane)
      throws IOException {
    JsonObject document = DocumentFile.read(terminal, file);
    return admin.print(
        output,
        plane,
        calls ->
            change
                ? calls.call(HttpMethod.PUT, admin.path(document.getString("name", "")), document)
                : calls.post(PROVIDERS, document));
  }

  @Command(
      name = "remove-provider",
      description = "Removes an identity provider, its bindings, and the tokens made by it.")
  int removeProvider(
      @Parameters(paramLabel = "NAME", description = "The provider's name.") String name,
      @Mixin ControlPlane plane) {
    return admin.delete(plane, admin.path(name));
  }

  @Command(description = "Says which caller from elsewhere is a principal.")
  int bind(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Option(names = "--provider", paramLabel = "NAME", description = "The identity provider.")
          String provider,
      @Option(names = "--subject", paramLabel = "SUB", description = "What the claim sub must be.")
          String subject,
      @Option(
              names = "--service-account",
              paramLabel = "NS/NAME",
              description = "A service account of the provider, which is a cluster.")
          String serviceAccount,
      @Option(
              names = "--claim",
              paramLabel = "NAME=VALUE",
              description =
                  "What a claim must be, or hold when it is a list; may be repeated: all count.")
          Map<String, String> claims,
      @Option(names = "--spiffe-id", paramLabel = "ID", description = "A client certificate's id.")
          String spiffeId,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = new JsonObject();
    put(document, "provider", provider);
    put(document, "subject", subject);
    put(document, "serviceAccount", serviceAccount);
    put(document, "spiffeId", spiffeId);
    if (claims != null) {
      document.put("claims", new JsonObject(new LinkedHashMap<>(claims)));
    }
    return admin.print(output, plane, calls -> calls.post(bindings(id), document));
  }

  private static void put(JsonObject document, String field, String value) {
    if (value != null) {
      document.put(field, value);
    }
  }

  @Command(description = "Lists a principal's bindings.")
  int bindings(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin.print(output, plane, calls -> calls.get(bindings(id)));
  }

  @Command(description = "Removes a binding, and the principal's exchanged tokens.")
  int unbind(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Parameters(paramLabel = "BINDING", description = "The binding's id.") String binding,
      @Mixin ControlPlane plane) {
    return admin.delete(plane, bindings(id) + "/" + ControlPlane.escaped(binding));
  }

  @Command(
      description =
          "Makes a place for a machine without a credential; its code is asked for by"
              + " enrolment-code.")
  int enrolment(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Option(
              names = "--valid-seconds",
              paramLabel = "N",
              defaultValue = "3600",
              description = "How long the code counts (default ${DEFAULT-VALUE}).")
          int seconds,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    JsonObject document = new JsonObject().put("validSeconds", seconds);
    return admin.print(output, plane, calls -> calls.post(enrolments(id), document));
  }

  @Command(
      name = "enrolment-code",
      description = "Prints the code of an enrolment: once, and to whoever made it.")
  int enrolmentCode(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Parameters(paramLabel = "ENROLMENT", description = "The enrolment's id.") String enrolment,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin.print(
        output,
        plane,
        calls ->
            calls.call(
                HttpMethod.POST,
                enrolments(id) + "/" + ControlPlane.escaped(enrolment) + "/code",
                null));
  }

  @Command(
      name = "remove-enrolment",
      description = "Takes an enrolment back: its code is refused from then on.")
  int removeEnrolment(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Parameters(paramLabel = "ENROLMENT", description = "The enrolment's id.") String enrolment,
      @Mixin ControlPlane plane) {
    return admin.delete(plane, enrolments(id) + "/" + ControlPlane.escaped(enrolment));
  }

  @Command(description = "Lists a principal's enrolments.")
  int enrolments(
      @Parameters(paramLabel = "ID", description = "The principal's id.") String id,
      @Mixin OutputOption output,
      @Mixin ControlPlane plane) {
    return admin.print(output, plane, calls -> calls.get(enrolments(id)));
  }

  private static String bindings(String id) {
    return PrincipalCommand.PATH + "/" + ControlPlane.escaped(id) + "/bindings";
  }

  private static String enrolments(String id) {
    return PrincipalCommand.PATH + "/" + ControlPlane.escaped(id) + "/enrolments";
  }
}
