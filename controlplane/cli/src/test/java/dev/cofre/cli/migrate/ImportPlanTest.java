package dev.cofre.cli.migrate;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.cli.migrate.ImportPlan.PlannedSecret;
import dev.cofre.documents.yaml.FileErrors;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** How secrets are named and described. */
class ImportPlanTest {
  private static final JsonObject OPTIONS =
      new JsonObject(
          """
          {"environment":"dev","dataClass":"internal","owner":"o","description":"d",
           "expiresAt":"2030-01-01T00:00:00Z","rotation":{"days":30}}
          """);

  private static ImportMap map(String yaml) {
    FileErrors errors = new FileErrors();
    return ImportMap.read("map.yaml", yaml.getBytes(UTF_8), errors)
        .orElseThrow(() -> new AssertionError(String.join("\n", errors.lines())));
  }

  private static ImportPlan plan(SourceFile file, ImportMap map, JsonObject options) {
    return ImportPlan.of(file.sources, map, options, "", file.errors);
  }

  private static Map<String, String> names(ImportPlan plan) {
    return plan.secrets().stream()
        .collect(Collectors.toMap(secret -> secret.source().from(), PlannedSecret::name));
  }

  @Test
  void namesFollowFromTheSourceOrTheMap() {
    SourceFile file =
        SourceFile.of(SourceKind.env, "a", "DB_PASSWORD=1\nOTHER=2\nLEFT=3\n")
            .and(SourceKind.json, "b", "{\"shop/db#Pass\":\"x\"}");
    ImportPlan plan =
        plan(
            file,
            map("secrets:\n- {from: OTHER, name: mail}\n- {from: LEFT, skip: true}\n"),
            OPTIONS);
    assertEquals(List.of(), file.errors.lines());
    assertEquals(
        Map.of("DB_PASSWORD", "db_password", "OTHER", "mail", "shop/db#Pass", "shop.db.pass"),
        names(plan));
    assertEquals(1, plan.skipped());
  }

  @Test
  void namesThatBreakOutAreRefusedNotRepaired() {
    SourceFile file =
        SourceFile.of(
            SourceKind.json,
            "b",
            "{\"../../x\":\"1\",\"a b\":\"1\",\"\":\"1\",\"\u212aelvin\":\"1\",\"a\\nb\":\"1\","
                + "\"a%2fb\":\"1\",\""
                + "a".repeat(129)
                + "\":\"1\",\"ok\":\"1\"}");
    assertEquals(Map.of("ok", "ok"), names(plan(file, ImportMap.EMPTY, OPTIONS)));
    assertEquals(7, file.errors.count(), file::told);
  }

  @Test
  void collisionsAreRefused() {
    SourceFile file = SourceFile.of(SourceKind.env, "a", "AB=1\nab=2\nC=3\n");
    ImportPlan plan = plan(file, map("secrets:\n- {from: C, name: ab}\n"), OPTIONS);
    assertEquals(1, plan.secrets().size());
    assertEquals(2, file.errors.count(), file::told);
    assertTrue(file.told().contains("a:2: ab: would be called ab, as AB at a:1"), file::told);
  }

  @Test
  void whatIsMissingIsAskedFor() {
    SourceFile file = SourceFile.of(SourceKind.env, "a", "A=1\n");
    plan(file, map("defaults: {owner: o, environment: dev}\n"), new JsonObject());
    assertEquals(1, file.errors.count());
    assertTrue(
        file.told()
            .contains("a:1: A: nothing says its dataClass, description, expiresAt, rotation"),
        file::told);
  }

  @Test
  void theNearestWordCounts() {
    SourceFile file =
        SourceFile.of(
            SourceKind.json,
            "d",
            "{\"secrets\":[{\"name\":\"a\",\"owner\":\"of-source\",\"description\":\"of-source\","
                + "\"value\":\"x\"}]}");
    ImportMap map =
        map(
            """
            defaults: {owner: of-default, dataClass: public}
            secrets:
            - {from: a, description: of-map, rotation: {none: fixed}}
            """);
    JsonObject options = OPTIONS.copy();
    options.remove("owner");
    JsonObject said = plan(file, map, options).secrets().getFirst().said();
    assertEquals("of-map", said.getString("description"));
    assertEquals("of-source", said.getString("owner"));
    assertEquals("internal", said.getString("dataClass"));
    assertEquals(new JsonObject("{\"none\":\"fixed\"}"), said.getJsonObject("rotation"));
  }

  @Test
  void anOptionIsNotOverruledByAFile() {
    String dump =
        "{\"secrets\":[{\"name\":\"a\",\"environment\":\"prod\",\"owner\":\"o\","
            + "\"expiresAt\":\"2030-01-01T01:00:00+01:00\",\"value\":\"x\"}]}";
    SourceFile file = SourceFile.of(SourceKind.json, "d", dump);
    plan(file, ImportMap.EMPTY, OPTIONS);
    assertEquals(1, file.errors.count(), file::told);
    assertTrue(file.told().contains("a: has another environment than the option says"), file::told);
    SourceFile again = SourceFile.of(SourceKind.json, "d", dump);
    ImportMap map = map("secrets:\n- {from: a, environment: prod}\n");
    JsonObject said = plan(again, map, OPTIONS).secrets().getFirst().said();
    assertEquals("prod", said.getString("environment"));
    assertTrue(again.errors.isEmpty(), again::told);
  }

  @Test
  void valuesThatNoSecretHoldsAreRefusedUnlessLeftOut() {
    String big = "x".repeat(65_537);
    SourceFile file = SourceFile.of(SourceKind.env, "a", "EMPTY=\nBIG=" + big + "\nA=1\n");
    plan(file, ImportMap.EMPTY, OPTIONS);
    assertEquals(2, file.errors.count(), file::told);
    SourceFile again = SourceFile.of(SourceKind.env, "a", "EMPTY=\nBIG=" + big + "\nA=1\n");
    ImportMap map = map("secrets:\n- {from: EMPTY, skip: true}\n- {from: BIG, skip: true}\n");
    assertEquals(1, plan(again, map, OPTIONS).secrets().size());
    assertTrue(again.errors.isEmpty(), again::told);
  }

  @Test
  void aMapThatNamesWhatIsNotThereIsWrong() {
    SourceFile file = SourceFile.of(SourceKind.env, "a", "A=1\n");
    plan(file, map("secrets:\n- {from: B, skip: true}\n"), OPTIONS);
    assertTrue(file.told().contains("map.yaml:2: from: \"B\" is in none of the files"), file::told);
  }

  @Test
  void wrongMapsAreToldByLineAndField() {
    for (String wrong :
        List.of(
            "secrets:\n- {from: A, name: Not/One}\n",
            "secrets:\n- {from: A, skip: false}\n",
            "secrets:\n- {name: a}\n",
            "secrets:\n- {from: A, value: x}\n",
            "secrets:\n- {from: A}\n- {from: A}\n",
            "defaults: {rotation: {days: 1, none: x}}\n",
            "defaults: {owner: \"\"}\n",
            "a: 1\n",
            "- b\n")) {
      FileErrors errors = new FileErrors();
      assertTrue(ImportMap.read("map.yaml", wrong.getBytes(UTF_8), errors).isEmpty(), wrong);
      assertTrue(errors.lines().getFirst().startsWith("map.yaml:"), wrong);
    }
  }

  @Test
  void theSkeletonNamesAllAndIsWrongUntilItIsFilledIn() {
    SourceFile file =
        SourceFile.of(SourceKind.env, "a", "DB=hunter2\n")
            .and(SourceKind.json, "b", "{\"x y: \\\"#\\n\":\"hunter2\"}");
    String skeleton = MapSkeleton.of(file.sources, new JsonObject(), "shop-");
    assertFalse(skeleton.contains("hunter2"));
    FileErrors errors = new FileErrors();
    assertTrue(ImportMap.read("map.yaml", skeleton.getBytes(UTF_8), errors).isEmpty());
    assertTrue(errors.lines().stream().anyMatch(line -> line.contains("defaults.owner")));
    String filled =
        MapSkeleton.of(file.sources, OPTIONS, "shop-").replace("name: \"\"", "name: other");
    ImportPlan plan = plan(file, map(filled), new JsonObject());
    assertEquals(List.of(), file.errors.lines());
    assertEquals(Map.of("DB", "shop-db", "x y: \"#\n", "other"), names(plan));
  }
}
