package dev.cofre.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UsageTest {
  private static final Map<String, String> NO_HOME = Map.of("COFRE_HOME", "/nonexistent");

  @TempDir Path folder;

  private static void assertMisused(CliRun run, String said) {
    assertEquals(ExitCodes.USAGE, run.exitCode(), run::err);
    assertEquals(1, run.errLines(), run::err);
    assertTrue(run.err().startsWith("cofre: ") && run.err().contains(said), run::err);
    assertEquals("", run.text());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "--help",
        "encrypt --help",
        "decrypt --help",
        "inspect --help",
        "top --help",
        "completion --help",
        "key --help",
        "key create --help",
        "key list --help",
        "key show --help",
        "key rotate --help",
        "key import --help",
        "key import list --help",
        "key import cancel --help",
        "key export --help",
        "key disable --help",
        "key enable --help",
        "secret --help",
        "secret put --help",
        "secret get --help",
        "secret list --help",
        "secret describe --help",
        "secret versions --help",
        "secret update --help",
        "secret delete --help",
        "secret undelete --help",
        "secret destroy --help",
        "secret grant --help",
        "secret ungrant --help",
        "secret grants --help",
        "secret group --help",
        "secret group create --help",
        "secret group list --help",
        "secret group show --help",
        "secret group update --help",
        "secret group delete --help",
        "secret group add --help",
        "secret group remove --help",
        "secret group grant --help",
        "secret group ungrant --help",
        "secret group grants --help",
        "secret import --help",
        "secret export --help",
        "secret open --help",
        "agent --help",
        "agent status --help",
        "pki --help",
        "pki authority --help",
        "pki authority create --help",
        "pki role --help",
        "pki role put --help",
        "pki certificate --help",
        "pki certificate issue --help",
        "pki certificate revoke --help",
        "pki certificate revoke-all --help",
        "audit investigate --help",
        "audit retention --help",
        "audit retention show --help",
        "audit retention set --help",
        "audit retention plan --help",
        "audit retention removals --help",
        "audit hold --help",
        "audit hold place --help",
        "audit hold list --help",
        "audit hold show --help",
        "audit hold lift --help",
        "incident --help",
        "incident leak --help",
        "incident list --help",
        "incident show --help",
        "incident close --help",
        "policy --help",
        "policy create --help",
        "policy list --help",
        "policy show --help",
        "policy delete --help",
        "approval --help",
        "approval list --help",
        "approval show --help",
        "approval approve --help",
        "approval reject --help",
        "approval withdraw --help",
        "policy update --help",
        "policy history --help",
        "policy test --help",
        "policy explain --help",
        "policy simulate --help",
        "policy who-can --help",
        "policy review --help",
        "policy lint --help",
        "principal --help",
        "principal create --help",
        "principal update --help",
        "principal list --help",
        "principal show --help",
        "principal delete --help",
        "principal token --help",
        "group --help",
        "group create --help",
        "group update --help",
        "group list --help",
        "group show --help",
        "group delete --help",
        "audit --help",
        "audit show --help",
        "audit verify --help",
        "audit heads --help",
        "audit receipt --help",
        "audit receipt make --help",
        "audit receipt verify --help"
      })
  void everyCommandExplainsItself(String command) {
    CliRun run = CliRun.of(NO_HOME, command.split(" "));
    assertEquals(ExitCodes.OK, run.exitCode());
    assertTrue(run.text().contains("Usage: cofre"), run::text);
    assertTrue(run.text().contains("Exit codes:"), run::text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "key",
        "key nonsense",
        "encrypt",
        "encrypt --key",
        "policy",
        "approval",
        "approval approve",
        "audit",
        "audit show"
      })
  void whatIsNoCommandIsToldInOneLine(String command) {
    assertMisused(CliRun.of(NO_HOME, command.isEmpty() ? new String[0] : command.split(" ")), "");
  }

  @Test
  void allMissingFieldsOfAKeyAreNamedAtOnce() {
    CliRun run = CliRun.of(NO_HOME, "key", "create", "--alias", "a");
    assertMisused(run, "--owner");
    for (String option :
        new String[] {
          "--purpose", "--data-class", "--environment", "--expires-at", "--protection"
        }) {
      assertTrue(run.err().contains(option), option);
    }
  }

  @Test
  void aTimeThatIsNoneIsNamed() {
    CliRun run =
        CliRun.of(
            NO_HOME,
            "key create --alias a --owner o --purpose p --data-class public --environment dev --expires-at 2030-01-01 --protection HSM"
                .split(" "));
    assertMisused(run, "RFC 3339");
  }

  @Test
  void withoutATokenNothingIsAsked() {
    assertMisused(CliRun.of(NO_HOME, "key", "list"), "--token-file");
  }

  @Test
  void aTokenIsNotSentInTheClearToAnotherMachine() throws IOException {
    Path token = Files.writeString(folder.resolve("token"), "s3cret");
    CliRun run =
        CliRun.of(
            NO_HOME,
            "key",
            "list",
            "--control-url",
            "http://kms.example.net",
            "--token-file",
            token.toString());
    assertMisused(run, "https");
    assertFalse(run.err().contains("s3cret"));
  }

  @Test
  void aDevelopmentTokenStaysOnThisMachine() throws IOException {
    Path home = Files.createDirectories(folder.resolve("dev"));
    Files.writeString(home.resolve("app.token"), "t".repeat(40));
    CliRun run =
        CliRun.of(
            Map.of("COFRE_HOME", folder.toString()),
            "encrypt",
            "--key",
            "demo",
            "--data-url",
            "https://kms.example.net");
    assertMisused(run, "no token");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "=b", "a=1,a=2", "a=%", "a=1,", "a=%zz"})
  void aContextThatIsNoneIsRefused(String context) throws IOException {
    Path token = Files.writeString(folder.resolve("token"), "t");
    CliRun run =
        CliRun.of(
            NO_HOME,
            "encrypt",
            "--key",
            "k",
            "--token-file",
            token.toString(),
            "--context",
            context);
    assertMisused(run, "--context");
  }

  @Test
  void aPortBaseThatIsNoneIsNamed() {
    CliRun run = CliRun.of(Map.of("COFRE_PORT_BASE", "many"), "key", "list");
    assertMisused(run, "COFRE_PORT_BASE");
  }

  @Test
  void aPolicyNeedsItsPartsOrItsDocument() {
    assertMisused(CliRun.of(NO_HOME, "policy", "create", "--name", "n"), "--principal");
    assertMisused(CliRun.of(NO_HOME, "policy", "create"), "--file");
  }

  @Test
  void theCompletionScriptKnowsTheLaunchersCommandsToo() {
    CliRun run = CliRun.of(NO_HOME, "completion");
    assertEquals(ExitCodes.OK, run.exitCode());
    for (String command : new String[] {"encrypt", "rotate", "doctor", "dataplane"}) {
      assertTrue(run.text().contains(command), command);
    }
  }
}
