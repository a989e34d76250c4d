package dev.cofre.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The commands about who may do what, and what waits for approval. */
class AccessCommandsTest extends ControlCommands {
  @Test
  void whatWaitsForApprovalSaysItsIdAndHasAnExitCodeOfItsOwn() {
    String create = "policy create --name p --principal a --action encrypt --key k";
    CliRun run = run((create + " --reason guarded").split(" "));
    assertEquals(ExitCodes.PENDING, run.exitCode(), run::err);
    assertEquals(POLICY_ID + "\n", run.text());
    assertEquals(1, run.errLines(), run::err);
    assertTrue(
        run.err().contains("approval approve " + POLICY_ID + " --digest " + "ab".repeat(32)),
        run::err);
    CliRun json = run((create + " --reason guarded --output json").split(" "));
    assertEquals(ExitCodes.PENDING, json.exitCode());
    assertEquals(approval(), new JsonObject(json.text()));
  }

  @Test
  void approvesWhatItShowedAsTheSecondSecurityAdmin() {
    CliRun run = run("approval", "approve", POLICY_ID);
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertTrue(run.err().contains("+ name: \"p\"\n- effect: \"deny\"\n"), run::err);
    assertTrue(run.text().contains("  + name"), run::text);
    assertEquals("GET /v1/approvals/" + POLICY_ID, asked.get(0).line());
    assertEquals("POST /v1/approvals/" + POLICY_ID + "/approve", asked.get(1).line());
    assertEquals("Bearer security-admin-2", asked.get(1).token());
    assertEquals(new JsonObject().put("digest", "ab".repeat(32)), asked.get(1).body());
    CliRun named = run("approval", "approve", POLICY_ID, "--digest", "cd".repeat(32));
    assertEquals(ExitCodes.OK, named.exitCode(), named::err);
    assertEquals(new JsonObject().put("digest", "cd".repeat(32)), asked.get(2).body());
  }

  @Test
  void rejectsAndWithdraws() {
    assertEquals(ExitCodes.OK, run("approval", "reject", POLICY_ID).exitCode());
    assertEquals(ExitCodes.OK, run("approval", "withdraw", POLICY_ID).exitCode());
    assertEquals("POST /v1/approvals/" + POLICY_ID + "/reject", asked.get(0).line());
    assertEquals("Bearer security-admin-2", asked.get(0).token());
    assertEquals("POST /v1/approvals/" + POLICY_ID + "/withdraw", asked.get(1).line());
    assertEquals("Bearer security-admin", asked.get(1).token());
  }

  @Test
  void aPolicyIsMadeOfOptionsAsTheSecurityAdmin() {
    CliRun run =
        run(
            "policy create --name p --principal a,b --action encrypt --action decrypt --key orders"
                .split(" "));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("Bearer security-admin", asked.get(0).token());
    assertEquals(
        new JsonObject(
            """
            {"name":"p","effect":"allow","principals":["a","b"],
             "actions":["encrypt","decrypt"],"keys":["orders"]}
            """),
        asked.get(0).body());
  }

  @Test
  void aPolicyIsMadeOfADocument() {
    CliRun run =
        CliRun.of(
            environment,
            "{\"name\":\"p\"}".getBytes(java.nio.charset.StandardCharsets.UTF_8),
            "policy",
            "create",
            "--file",
            "-");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals(new JsonObject().put("name", "p"), asked.get(0).body());
  }

  @Test
  void aPolicyIsDeletedWithoutAWord() {
    CliRun run = run("policy", "delete", POLICY_ID);
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("", run.text());
    assertEquals("DELETE /v1/policies/" + POLICY_ID, asked.get(0).line());
  }

  @Test
  void aPolicyIsNamedByItsName() {
    CliRun run = run("policy", "delete", "second one");
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("DELETE /v1/policies/second%20one", asked.get(0).line());
  }

  @Test
  void accessIsAskedForWithItsFacts() {
    CliRun run =
        run(
            ("policy explain --principal shop --action encrypt --key orders --context team=a"
                    + " --source-address 10.1.2.3 --authentication mtls")
                .split(" "));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("POST /v1/policies/explain", asked.get(0).line());
    assertEquals(
        new JsonObject(
            """
            {"principal":"shop","action":"encrypt","key":"orders","sourceAddress":"10.1.2.3",
             "authentication":"mtls","context":{"team":"a"}}
            """),
        asked.get(0).body());
    run("policy who-can decrypt --key orders --at 2026-11-01T00:00:00Z".split(" "));
    assertEquals(
        "GET /v1/policies/who-can?action=decrypt&key=orders&at=2026-11-01T00%3A00%3A00Z",
        asked.get(1).line());
  }

  @Test
  void aTokenIsMadeHereAndItsDigestIsSent() throws Exception {
    Path file = home.resolve("shop.token");
    CliRun given = run("principal token shop --out".split(" "), file);
    assertEquals(0, given.exitCode(), given.err());
    assertEquals("POST /v1/principals/shop/token", asked.get(0).line());
    String token = Files.readString(file).strip();
    assertTrue(token.matches("cofre_[A-Za-z0-9_-]{43}"));
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(token.getBytes(UTF_8));
    assertEquals(
        new JsonObject().put("sha256", HexFormat.of().formatHex(digest)), asked.get(0).body());
    assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
    assertFalse((given.text() + given.err()).contains(token));

    assertEquals(2, run("principal token shop --out".split(" "), file).exitCode());
    assertEquals(token, Files.readString(file).strip());
    assertEquals(1, asked.size(), "nothing was asked");
    CliRun waits = run("principal token shop --force --reason guarded --out".split(" "), file);
    assertEquals(3, waits.exitCode());
    assertTrue(waits.err().contains("works once this is approved"), waits.err());
    assertNotEquals(token, Files.readString(file).strip());

    Path refused = home.resolve("refused.token");
    assertEquals(1, run("principal token missing-one --out".split(" "), refused).exitCode());
    assertFalse(Files.exists(refused), "there is no file for a token that nobody took");
  }

  private CliRun run(String[] command, Path file) {
    String[] all = Arrays.copyOf(command, command.length + 1);
    all[command.length] = file.toString();
    return CliRun.of(environment, all);
  }

  @Test
  void principalsAndGroupsAreMadeAsTheSecurityAdmin() {
    run("principal create ann --role app-owner,crypto-officer".split(" "));
    assertEquals("POST /v1/principals", asked.get(0).line());
    assertEquals("Bearer security-admin", asked.get(0).token());
    assertEquals(
        new JsonObject("{\"id\":\"ann\",\"roles\":[\"app-owner\",\"crypto-officer\"]}"),
        asked.get(0).body());
    run("group update shop --member a,group:b".split(" "));
    assertEquals("PUT /v1/groups/shop", asked.get(1).line());
    assertEquals(
        new JsonObject("{\"members\":[\"a\",\"group:b\"],\"roles\":[]}"), asked.get(1).body());
  }

  @Test
  void aBindingByClaimsAndTheEndOfAnEnrolment() {
    CliRun run =
        run(
            "identity bind ci --provider github --claim repository=a/b --claim environment=prod"
                .split(" "));
    assertEquals(ExitCodes.OK, run.exitCode(), run::err);
    assertEquals("POST /v1/principals/ci/bindings", asked.get(0).line());
    assertEquals(
        new JsonObject(
            """
            {"provider":"github","claims":{"repository":"a/b","environment":"prod"}}
            """),
        asked.get(0).body());
    assertEquals(ExitCodes.OK, run("identity", "remove-enrolment", "ci", "e-1").exitCode());
    assertEquals("DELETE /v1/principals/ci/enrolments/e-1", asked.get(1).line());
    assertEquals(ExitCodes.OK, run("identity", "unbind", "ci", "b-1").exitCode());
    assertEquals("DELETE /v1/principals/ci/bindings/b-1", asked.get(2).line());
    assertEquals(ExitCodes.OK, run("identity", "remove-provider", "github").exitCode());
    assertEquals("DELETE /v1/identity-providers/github", asked.get(3).line());
    assertEquals(ExitCodes.OK, run("group", "delete", "shop").exitCode());
    assertEquals("DELETE /v1/groups/shop", asked.get(4).line());
    assertEquals(ExitCodes.OK, run("principal", "delete", "ann").exitCode());
    assertEquals("DELETE /v1/principals/ann", asked.get(5).line());
    assertEquals(ExitCodes.OK, run("quota", "set", "*", "--per-day", "5").exitCode());
    assertEquals("PUT /v1/quotas/*", asked.get(6).line());
    assertEquals(new JsonObject().put("perDay", 5), asked.get(6).body());
  }
}
