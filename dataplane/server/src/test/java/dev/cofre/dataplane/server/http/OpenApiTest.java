package dev.cofre.dataplane.server.http;

import static dev.cofre.contract.openapi.OpenApiDocument.METHODS;
import static dev.cofre.contract.openapi.OpenApiDocument.cast;
import static dev.cofre.contract.openapi.OpenApiDocument.object;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.contract.openapi.OpenApiDocument;
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
  private final OpenApiDocument document = load();

  @Test
  void everyPathIsARouteAndEveryRouteAPath() {
    Set<Call.Kind> described = EnumSet.noneOf(Call.Kind.class);
    for (String path : document.paths().keySet()) {
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
      for (Map.Entry<String, Object> path : document.paths().entrySet()) {
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
    document
        .paths()
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
        cast(document.schemas().get("Code")).get("enum"));
  }

  @Test
  void everyCodeStandsUnderItsStatus() {
    document
        .paths()
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
    Object resolved = document.resolve(cast(response));
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
    for (String reference : document.references()) {
      assertTrue(document.at(reference) != null, reference);
    }
  }

  @Test
  void itNamesTheLimits() {
    String text = (String) object(document.root(), "info").get("description");
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
            .timeout(Duration.ofMinutes(2))
            .method(method.toUpperCase(Locale.ROOT), HttpRequest.BodyPublishers.noBody())
            .build(),
        HttpResponse.BodyHandlers.ofString());
  }

  private static OpenApiDocument load() {
    try (InputStream yaml = OpenApiTest.class.getResourceAsStream("/openapi.yaml")) {
      return new OpenApiDocument(new Yaml(new SafeConstructor(new LoaderOptions())).load(yaml));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
