package dev.cofre.controlplane.domain.approval;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.cofre.controlplane.domain.Environment;
import dev.cofre.controlplane.domain.InvalidDocumentException;
import dev.cofre.controlplane.domain.ManagementAction;
import dev.cofre.controlplane.domain.Permissions;
import dev.cofre.controlplane.domain.Principal;
import dev.cofre.controlplane.domain.Role;
import dev.cofre.controlplane.domain.Stamp;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class ApprovalRulesTest {
  @Test
  void eachActionHasOneRuleAtMostAndAnApproverWhoMayApprove() {
    List<ApprovalRule> rules = ApprovalRules.shipped();
    assertEquals(rules.size(), rules.stream().map(ApprovalRule::action).distinct().count());
    for (ApprovalRule rule : rules) {
      assertTrue(rule.approvals() >= 1, rule::toString);
      for (Role role : rule.approvers()) {
        Principal approver =
            new Principal("a", "t", Set.of(role), Stamp.created(Instant.EPOCH, "x"));
        assertTrue(Permissions.allow(approver, ManagementAction.APPROVAL_APPROVE), rule::toString);
      }
    }
  }

  @Test
  void changingTheRulesAlwaysNeedsApproval() {
    ApprovalRule rule = ApprovalRules.shipped(ManagementAction.APPROVAL_RULE_UPDATE).orElseThrow();
    assertEquals(ApprovalCondition.ALWAYS, rule.condition());
    assertTrue(ApprovalRules.shipped(ManagementAction.KEY_CREATE).isEmpty());
  }

  /** Invariant I6, as far as it is shipped. */
  @Test
  void whatIsDestroyedAndWhoManagesIsNotOnePersonsDecision() {
    for (ManagementAction action :
        List.of(
            ManagementAction.KEY_SCHEDULE_DESTRUCTION,
            ManagementAction.KEY_VERSION_SCHEDULE_DESTRUCTION)) {
      ApprovalRule rule = ApprovalRules.shipped(action).orElseThrow();
      assertEquals(ApprovalCondition.ALWAYS, rule.condition());
      assertEquals(Set.of(Role.CRYPTO_OFFICER), rule.approvers());
    }
    for (ManagementAction action : ManagementAction.values()) {
      if (action.name().matches("(PRINCIPAL|GROUP)_(CREATE|UPDATE|DELETE)")) {
        ApprovalRule rule = ApprovalRules.shipped(action).orElseThrow();
        assertEquals(ApprovalCondition.ADMIN_ROLE, rule.condition());
        assertEquals(Set.of(Role.SECURITY_ADMIN), rule.approvers());
      }
    }
  }

  @Test
  void aFurtherCredentialIsNotOnePersonsDecision() {
    for (ManagementAction action :
        List.of(
            ManagementAction.PRINCIPAL_TOKEN,
            ManagementAction.BINDING_CREATE,
            ManagementAction.ENROLMENT_CREATE)) {
      ApprovalRule rule = ApprovalRules.shipped(action).orElseThrow();
      assertEquals(ApprovalCondition.CREDENTIAL, rule.condition());
      assertEquals(Set.of(Role.SECURITY_ADMIN), rule.approvers());
    }
  }

  @Test
  void conditionsLookAtWhatIsTouched() {
    assertTrue(ApprovalCondition.ALWAYS.holds(matter(Set.of(), Set.of())));
    assertFalse(
        ApprovalCondition.PROD.holds(matter(Set.of(Environment.DEV), Set.of(Role.AUDITOR))));
    assertTrue(
        ApprovalCondition.PROD.holds(matter(Set.of(Environment.DEV, Environment.PROD), Set.of())));
    assertFalse(
        ApprovalCondition.ADMIN_ROLE.holds(
            matter(Set.of(Environment.PROD), Set.of(Role.WORKLOAD))));
    assertTrue(ApprovalCondition.ADMIN_ROLE.holds(matter(Set.of(), Set.of(Role.CRYPTO_OFFICER))));
  }

  private static ApprovalMatter matter(Set<Environment> environments, Set<Role> roles) {
    return new ApprovalMatter(null, 0, environments, roles, Set.of(), List.of());
  }

  @Test
  void aDraftNamesAllThatIsWrong() {
    assertEquals(
        new ApprovalRuleDraft(10, Duration.ofDays(30)),
        ApprovalRuleDraft.read(Map.of("approvals", 10, "validityMs", 2_592_000_000L)));
    InvalidDocumentException refused =
        assertThrows(
            InvalidDocumentException.class,
            () -> ApprovalRuleDraft.read(Map.of("approvals", 11, "validityMs", "1", "x", 1)));
    assertEquals(3, refused.errors().size());
    assertThrows(
        InvalidDocumentException.class,
        () -> ApprovalRuleDraft.read(Map.of("approvals", 1.0, "validityMs", 999)));
  }

  /** The moves are those of the table in docs/PROTOCOL.md and no other. */
  @ParameterizedTest
  @EnumSource
  void movesAsTheTableSays(ApprovalState from) {
    Set<ApprovalState> moves =
        Arrays.stream(ApprovalState.values()).filter(from::mayBecome).collect(Collectors.toSet());
    Set<ApprovalState> expected =
        switch (from) {
          case PENDING ->
              EnumSet.of(
                  ApprovalState.APPROVED,
                  ApprovalState.REJECTED,
                  ApprovalState.WITHDRAWN,
                  ApprovalState.EXPIRED);
          case APPROVED -> EnumSet.of(ApprovalState.RUNNING);
          case RUNNING ->
              EnumSet.of(
                  ApprovalState.RUNNING,
                  ApprovalState.APPROVED,
                  ApprovalState.DONE,
                  ApprovalState.FAILED);
          case DONE, FAILED, REJECTED, WITHDRAWN, EXPIRED -> Set.of();
        };
    assertEquals(expected, moves);
    assertEquals(expected.isEmpty(), from.isFinal());
  }
}
