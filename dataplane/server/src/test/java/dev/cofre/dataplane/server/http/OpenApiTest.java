package dev.cofre.dataplane.server.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.problem.ErrorCode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** openapi.yaml against the routes, a running node and the error codes. */
class OpenApiTest {
  private static final Set<String> METHODS =
      Set.of("get", "put", "post", "delete", "options", "head", "patch", "trace");

  private final Map<String, Object> document = load();

  @Test
  void everyPathIsARouteAndEveryRouteAPath() {
    Set<Call.Kind> described = EnumSet.noneOf(Call.Kind.class);
    for (String path : paths().keySet()) {
      Call call = Call.of(path.replace("{key}", "demo"));
      assertTrue(call != null, path + " is no route");
      assertTrue(described.add(call.kind()), path + " is described twice");
      assertEquals(path.contains("{key}") ? "demo" : null, call.key(), path);
    }
    assertEquals(EnumSet.allOf(Call.Kind.class), described);
  }

  @Test
  void aNodeTakesTheMethodsThatAreDescribedAndNoOther(@TempDir Path directory) throws Exception {
    try (TestNode node = new TestNode(directory);
        HttpClient client = HttpClient.newHttpClient()) {
      for (Map.Entry<String, Object> path : paths().entrySet()) {
        Set<String> described = new TreeSet<>(cast(path.getValue()).keySet());
        described.retainAll(METHODS);
        for (String method : List.of("get", "head", "post", "put", "delete", "patch")) {
          HttpResponse<String> answer = send(client, node, method, path.getKey());
          String what = method + " " + path.getKey();
          assertNotEquals(404, answer.statusCode(), what);
          assertEquals(described.contains(method), answer.statusCode() != 405, what);
          if (answer.statusCode() == 405) {
            assertEquals(
                described,
                Arrays.stream(answer.headers().firstValue("Allow").orElse("").split(", "))
                    .map(allowed -> allowed.toLowerCase(Locale.ROOT))
                    .collect(Collectors.toCollection(TreeSet::new)),
                what);
          }
        }
      }
    }
  }

  @Test
  void aNodeTakesTheContentTypesThatAreDescribed() {
    paths()
        .forEach(
            (path, item) -> {
              Call call = Call.of(path.replace("{key}", "demo"));
              if (!call.isProbe()) {
                Set<String> types =
                    object(object(object(cast(item), "post"), "requestBody"), "content").keySet();
                assertEquals(call.takes(BodyKind.RAW), types.contains("application/octet-stream"));
                assertEquals(call.takes(BodyKind.JSON), types.contains("application/json"), path);
                assertEquals(
                    call.takes(BodyKind.FRAMES),
                    types.contains(BodyKind.FRAMES.contentType()),
                    path);
              }
            });
  }

  @Test
  void itNamesEveryErrorCodeAndNoOther() {
    assertEquals(
        Arrays.stream(ErrorCode.values()).map(ErrorCode::code).toList(),
        cast(object(object(document, "components"), "schemas").get("Code")).get("enum"));
  }

  @Test
  void everyCodeStandsUnderItsStatus() {
    paths()
        .forEach(
            (path, item) -> {
              for (String method : cast(item).keySet()) {
                if (METHODS.contains(method)) {
                  object(object(cast(item), method), "responses")
                      .forEach((status, response) -> checkCodes(path, status, response));
                }
              }
            });
  }

  private void checkCodes(String path, String status, Object response) {
    Object resolved = resolve(cast(response));
    Matcher code =
        Pattern.compile("`([a-z_]+)`").matcher((String) cast(resolved).get("description"));
    while (code.find()) {
      ErrorCode known = ErrorCode.of(code.group(1));
      assertEquals(code.group(1), known.code(), path);
      if (!status.equals("default")) {
        assertEquals(known.status(), Integer.parseInt(status), path + " " + known);
      }
    }
  }

  @Test
  void everyReferenceLeadsSomewhere() {
    for (String reference : references(document)) {
      assertTrue(resolve(Map.of("$ref", reference)) != null, reference);
    }
  }

  @Test
  void itNamesTheLimits() {
    String text = (String) object(document, "info").get("description");
    for (int limit : new int[] {JsonReader.ITEMS_MAX, 65_536, 8_192}) {
      assertTrue(text.contains(String.format(Locale.ROOT, "%,d", limit)), Integer.toString(limit));
    }
    for (int limit :
        new int[] {
          JsonReader.SINGLE_BYTES_MAX, JsonReader.BATCH_BYTES_MAX, JsonReader.BODY_BYTES_MAX
        }) {
      assertTrue(text.contains((limit >> 20) + " MiB"), Integer.toString(limit));
    }
  }

  private static HttpResponse<String> send(
      HttpClient client, TestNode node, String method, String path)
      throws IOException, InterruptedException {
    return client.send(
        HttpRequest.newBuilder(
                URI.create("http://127.0.0.1:" + node.port + path.replace("{key}", "demo")))
            .version(HttpClient.Version.HTTP_1_1)
            .timeout(Duration.ofSeconds(20))
            .method(method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private Map<String, Object> paths() {
    return object(document, "paths");
  }

  private Object resolve(Map<String, Object> node) {
    if (!node.containsKey("$ref")) {
      return node;
    }
    Object at = document;
    for (String part : node.get("$ref").toString().substring(2).split("/")) {
      at = at == null ? null : cast(at).get(part);
    }
    return at;
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
