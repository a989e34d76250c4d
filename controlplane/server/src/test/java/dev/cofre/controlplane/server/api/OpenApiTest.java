package dev.cofre.controlplane.server.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.DataClass;
import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.FieldError;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.KeyDraft;
import dev.cofre.controlplane.domain.KeyUse;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.server.snapshot.HeldRequests;
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
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  private final Map<String, Object> document = load();

  @Test
  void describesEveryRouteAndNoOther() {
    Set<String> described = new TreeSet<>();
    object(document, "paths")
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
    references(document)
        .forEach(
            reference -> {
              Object at = document;
              for (String part : reference.substring(2).split("/")) {
                at = cast(at).get(part);
                assertTrue(at != null, reference);
              }
            });
  }

  @Test
  void asksForTheFieldsThatTheDomainAsksFor() {
    Map<String, Object> draft = cast(schemas().get("KeyDraft"));
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
    assertEquals(KeyUse.wireNames(), cast(schemas().get("KeyUse")).get("enum"));
    Map<String, Object> roles =
        object(object(object(cast(schemas().get("Principal")), "properties"), "roles"), "items");
    assertEquals(Role.wireNames(), roles.get("enum"));
  }

  private Map<String, Object> schemas() {
    return object(object(document, "components"), "schemas");
  }

  private static Set<String> references(Object node) {
    Set<String> found = new TreeSet<>();
    if (node instanceof Map<?, ?> map) {
      map.forEach(
          (name, value) -> {
            if (name.equals("$ref")) {
              found.add(value.toString());
            } else {
              found.addAll(references(value));
            }
          });
    } else if (node instanceof List<?> list) {
      list.forEach(item -> found.addAll(references(item)));
    }
    return found;
  }

  private static Map<String, Object> object(Map<String, Object> parent, String name) {
    return cast(parent.get(name));
  }

  @SuppressWarnings("unchecked") // YAML maps have text keys here
  private static Map<String, Object> cast(Object node) {
    return (Map<String, Object>) node;
  }

  private static Map<String, Object> load() {
    try (InputStream yaml = OpenApiTest.class.getResourceAsStream("/openapi.yaml")) {
      return new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
