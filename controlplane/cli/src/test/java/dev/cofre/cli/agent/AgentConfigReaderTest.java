package dev.cofre.cli.agent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.documents.yaml.FileErrors;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentConfigReaderTest {
  @TempDir Path folder;

  private List<String> wrong(String yaml) {
    FileErrors errors = new FileErrors();
    Optional<AgentConfig> config =
        AgentConfigReader.read(folder.resolve("a.yaml"), yaml.getBytes(UTF_8), errors);
    assertEquals(errors.isEmpty(), config.isPresent());
    return errors.lines().stream().map(line -> line.replace(folder + "/", "")).toList();
  }

  private void assertWrong(String yaml, String... lines) {
    assertEquals(List.of(lines), wrong(yaml));
  }

  @Test
  void readsAll() throws Exception {
    Files.writeString(folder.resolve("db.tmpl"), "{\"u\": {{db.username}}}");
    FileErrors errors = new FileErrors();
    AgentConfig config =
        AgentConfigReader.read(
                folder.resolve("a.yaml"),
                """
                folder: /dev/shm/shop
                folderMode: "0750"
                intervalSeconds: 5
                onStop: keep
                sources:
                  - {name: login, secret: orders-login, trim: true}
                  - name: db
                    lease: {engine: shop-db, role: reader, ttlSeconds: 60}
                  - name: tls
                    certificate: {authority: ca, role: services, dnsNames: [a.example.com], ipAddresses: ["::1"]}
                files:
                  - path: db.json
                    template: db.tmpl
                    format: json
                    mode: "0640"
                    onChange: {command: [systemctl, reload, shop, shop]}
                  - path: tls/bundle.pem
                    value: tls.bundle
                    onChange: {signal: HUP, pidFile: shop.pid}
                  - path: user
                    format: shell
                    text: |
                      U={{login.json.username}}
                """
                    .getBytes(UTF_8),
                errors)
            .orElseThrow(() -> new AssertionError(errors.lines()));
    assertEquals(Duration.ofSeconds(5), config.interval());
    assertTrue(config.keepFiles());
    assertEquals(new Source.Secret("login", "orders-login", true, false), config.source("login"));
    assertEquals(new Source.Lease("db", "shop-db", "reader", 60), config.source("db"));
    assertEquals(Set.of("db"), config.files().get(0).sources());
    assertEquals("0640", config.files().get(0).access().mode());
    assertEquals(
        List.of("systemctl", "reload", "shop", "shop"), config.files().get(0).onChange().command());
    assertEquals(folder.resolve("shop.pid"), config.files().get(1).onChange().pidFile());
    assertEquals(Set.of("login"), config.files().get(2).sources());
  }

  @Test
  void whatIsWrongIsToldByLineAndField() throws Exception {
    assertWrong(
        "[]",
        "a.yaml:1: must be an object with folder, folderMode, folderGroup, allowDisk,"
            + " intervalSeconds, resolve, cacheSeconds, settleSeconds, onChangeSeconds, onStop, revokeOnStop,"
            + " sources, files");
    String head = "folder: /dev/shm/x\nsources:\n  - {name: s, secret: a}\n";
    assertWrong(
        head + "files:\n  - {path: f, value: t.value}\n",
        "a.yaml:5: files[0].value: t.value: there is no source t");
    assertWrong(
        head + "files:\n  - {path: f, value: s.password}\n",
        "a.yaml:5: files[0].value: s.password: the source has the fields value, and json.NAME for a"
            + " field of a value that is a JSON object");
    assertWrong(
        head
            + "files:\n  - {path: f, value: s.value}\n  - {path: f/g, value: s.value}\n"
            + "  - {path: f, value: s.value}\n",
        "a.yaml:7: files[2].path: f is given twice, first at a.yaml:5",
        "a.yaml:6: files: f/g would stand in the file f");
    assertWrong(
        head + "files:\n  - {path: cofre-agent/cache, value: s.value}\n",
        "a.yaml:5: files[0].path: cofre-agent is the agent's own folder");
    assertWrong(
        head + "files:\n  - {path: f, text: x}\n",
        "a.yaml:5: files[0]: must have format beside text or template: json, yaml, properties,"
            + " shell or text");
    assertWrong(
        head + "onStop: keep\nrevokeOnStop: true\nfiles:\n  - {path: f, value: s.value}\n",
        "a.yaml:5: revokeOnStop: must not be true when onStop is keep: the files would name dead"
            + " credentials");
    Files.writeString(folder.resolve("t"), "{\"a\": 1,\n \"b\": \"{{s.value}}\"}\n");
    Files.writeString(folder.resolve("u"), "A={{s.value}}\nB=\"{{s.value}}\"\nC={{s.x}}\n");
    List<String> lines =
        wrong(
            head
                + "files:\n  - {path: f, template: t, format: json}\n"
                + "  - {path: g, template: u, format: shell}\n"
                + "  - {path: h, template: missing, format: json}\n");
    assertEquals(
        "t:1: is not JSON with its values filled in; write no quotes around {{…}}", lines.get(0));
    assertTrue(
        lines.get(1).startsWith("t:") || lines.get(1).startsWith("u:2: must be"), lines::toString);
    assertTrue(
        lines.stream().anyMatch(line -> line.startsWith("u:3: s.x: the source")), lines::toString);
    assertTrue(
        lines.getLast().startsWith("a.yaml:7: files[2].template: names a file that cannot"),
        lines::toString);
  }

  @Test
  void hostilePathsNamesAndModesAreRefused() {
    for (String file :
        List.of(
            "{path: ../f, value: s.value}",
            "{path: /etc/f, value: s.value}",
            "{path: a/../../f, value: s.value}",
            "{path: .f, value: s.value}",
            "{path: \"f\\n\", value: s.value}",
            "{path: f, value: s.value, mode: \"0644\"}",
            "{path: f, value: s.value, mode: \"4755\"}",
            "{path: f, value: s.value, owner: \"root;x\"}",
            "{path: f, value: s.value, onChange: {command: \"rm -r /\"}}",
            "{path: f, value: s.value, onChange: {command: [a], signal: HUP, pidFile: p}}",
            "{path: f, value: s.value, onChange: {signal: KILL, pidFile: p}}",
            "{path: f, value: s.value, onChange: {signal: HUP}}")) {
      List<String> lines =
          wrong(
              "folder: /dev/shm/x\nsources:\n  - {name: s, secret: a}\nfiles:\n  - " + file + "\n");
      assertTrue(
          !lines.isEmpty() && lines.getFirst().startsWith("a.yaml:5: files[0]"), file + lines);
    }
    for (String source :
        List.of(
            "{name: S, secret: a}",
            "{name: s}",
            "{name: s, secret: a, lease: {engine: e, role: r}}",
            "{name: s, secret: \"*\"}",
            "{name: s, secret: ../a}",
            "{name: s, lease: {engine: e, role: r, ttlSeconds: 1}}",
            "{name: s, lease: {engine: e, role: r}, trim: true}",
            "{name: s, certificate: {authority: a, role: r}}",
            "{name: s, certificate: {authority: a, role: r, ipAddresses: [1.2.3.400]}}",
            "{name: s, certificate: {authority: a, role: r, dnsNames: [\"*.x\"]}}")) {
      List<String> lines =
          wrong(
              "folder: /dev/shm/x\nsources:\n  - "
                  + source
                  + "\nfiles:\n  - {path: f, text: x, format: text}\n");
      assertTrue(
          !lines.isEmpty() && lines.getFirst().startsWith("a.yaml:3: sources[0]"), source + lines);
    }
    for (String in : List.of("relative", "/", "/dev/../etc", "/dev/shm/.x", "/a b")) {
      List<String> lines =
          wrong(
              "folder: \""
                  + in
                  + "\"\nsources:\n  - {name: s, secret: a}\nfiles:\n  - {path: f, value: s.value}\n");
      assertTrue(!lines.isEmpty() && lines.getFirst().startsWith("a.yaml:1: folder"), in + lines);
    }
  }
}
