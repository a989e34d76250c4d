package dev.cofre.cli;

import dev.cofre.cli.Pages.Column;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * The calls on the roles of what issues by role, an engine or an authority, and on the grants of
 * these roles.
 *
 * @param columns of a list of roles
 */
record RoleCalls(Terminal terminal, List<Column> columns) {
  private static final List<Column> GRANTS =
      List.of(
          Column.of("PRINCIPAL", 32, "principal"),
          Column.of("NOT AFTER", 24, "notAfter"),
          Column.of("GRANTED BY", 20, "createdBy"));

  /**
   * One role.
   *
   * @param issuer the path of what issues by it
   */
  record Of(String issuer, String role) {
    private String path() {
      return issuer + "/roles/" + ControlPlane.escaped(role);
    }

    private String grant(String principal) {
      return path() + "/grants/" + ControlPlane.escaped(principal);
    }
  }

  int put(Of role, Path file, OutputOption output, ControlPlane plane) throws IOException {
    JsonObject document = DocumentFile.read(terminal, file);
    return owner().print(output, plane, HttpMethod.PUT, role.path(), document);
  }

  int list(String issuer, OutputOption output, ControlPlane plane) {
    return pages(issuer + "/roles", columns, output, plane);
  }

  int show(Of role, OutputOption output, ControlPlane plane) {
    return owner().print(output, plane, HttpMethod.GET, role.path(), null);
  }

  int delete(Of role, ControlPlane plane) {
    return owner().delete(plane, role.path());
  }

  int grant(Of role, String principal, Instant notAfter, OutputOption output, ControlPlane plane) {
    JsonObject document = new JsonObject();
    if (notAfter != null) {
      document.put("notAfter", notAfter.toString());
    }
    return granter().print(output, plane, HttpMethod.PUT, role.grant(principal), document);
  }

  int ungrant(Of role, String principal, ControlPlane plane) {
    return granter().delete(plane, role.grant(principal));
  }

  int grants(Of role, OutputOption output, ControlPlane plane) {
    return pages(role.path() + "/grants", GRANTS, output, plane);
  }

  private CallAs owner() {
    return new CallAs(terminal, SecretCommand.OWNER);
  }

  private CallAs granter() {
    return new CallAs(terminal, PolicyCommand.ROLE);
  }

  private int pages(String path, List<Column> of, OutputOption output, ControlPlane plane) {
    return new Pages(terminal, output, of)
        .list(plane, SecretCommand.OWNER, path, "", Long.MAX_VALUE);
  }
}
