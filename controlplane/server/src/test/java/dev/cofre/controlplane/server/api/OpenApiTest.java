package dev.cofre.controlplane.server.api;

import static dev.cofre.contract.openapi.OpenApiDocument.METHODS;
import static dev.cofre.contract.openapi.OpenApiDocument.cast;
import static dev.cofre.contract.openapi.OpenApiDocument.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.openapi.OpenApiDocument;
import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.server.snapshot.HeldRequests;
import dev.cofre.controlplane.server.x509.Pki;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** openapi.yaml against the routes and the domain. */
class OpenApiTest {
  private final OpenApiDocument document = load();

  @Test
  void describesEveryRouteAndNoOther() {
    Set<String> described = new TreeSet<>();
    document
        .paths()
        .forEach(
            (path, item) ->
                cast(item).keySet().stream()
                    .filter(METHODS::contains)
                    .forEach(method -> described.add(method + " " + path)));
    Set<String> routed = new TreeSet<>();
    Api api =
        new Api(
            new Api.Parts(
                "node",
                "instance",
                Clock.systemUTC(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new HeldRequests(1),
                null,
                null,
                null,
                null,
                true,
                null,
                null,
                Optional.empty(),
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                new Pki(null, null, null),
                null,
                null));
    api.table()
        .forEach(
            (path, methods) ->
                methods
                    .keySet()
                    .forEach(
                        method -> routed.add(method.name().toLowerCase(Locale.ROOT) + " " + path)));
    assertEquals(routed, described);
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    for (String reference : document.references()) {
      assertTrue(document.at(reference) != null, reference);
    }
  }

  @Test
  void asksForTheFieldsThatTheDomainAsksFor() {
    Map<String, Object> draft = cast(document.schemas().get("KeyDraft"));
    try {
      KeyDraft.read(Map.of(), "default", Instant.EPOCH);
    } catch (InvalidDocumentException e) {
      assertEquals(
          e.errors().stream().map(FieldError::field).collect(Collectors.toSet()),
          Set.copyOf((List<?>) draft.get("required")));
    }
    Map<String, Object> properties = object(draft, "properties");
    assertEquals(DataClass.wireNames(), object(properties, "dataClass").get("enum"));
    assertEquals(Environment.wireNames(), object(properties, "environment").get("enum"));
    assertEquals(KeyUse.wireNames(), cast(document.schemas().get("KeyUse")).get("enum"));
    Map<String, Object> roles =
        object(
            object(object(cast(document.schemas().get("Principal")), "properties"), "roles"),
            "items");
    assertEquals(Role.wireNames(), roles.get("enum"));
  }

  private static OpenApiDocument load() {
    try (InputStream yaml = OpenApiTest.class.getResourceAsStream("/openapi.yaml")) {
      return new OpenApiDocument(new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
