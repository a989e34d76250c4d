package dev.cofre.engine.policy;

import static dev.cofre.engine.policy.Policies.NOW_MS;
import static dev.cofre.engine.policy.Policies.allow;
import static dev.cofre.engine.policy.Policies.deny;
import static dev.cofre.engine.policy.Policies.facts;
import static dev.cofre.engine.policy.Policies.id;
import static dev.cofre.engine.policy.Policies.key;
import static dev.cofre.engine.policy.Policies.policy;
import static dev.cofre.engine.policy.Policies.workload;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import dev.cofre.contract.context.EncryptionContext;
import dev.cofre.contract.snapshot.wire.ContextCondition;
import dev.cofre.contract.snapshot.wire.PolicyConditions;
import dev.cofre.contract.snapshot.wire.SourceNetwork;
import dev.cofre.engine.policy.Policies.Which;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What must hold beside principal, action and key. */
class ConditionsTest {
  private static final Which KEY = key(1, "demo", "prod");
  private static final long MINUTE_MS = 60_000;

  private static Conditions conditions(PolicyConditions.Builder wire) {
    return new Conditions(wire.build());
  }

  private static Facts at(long nowMs) {
    return new Facts(EncryptionContext.EMPTY, null, AuthenticationStrength.TOKEN, nowMs);
  }

  @Test
  void theContextIsComparedByItsBytes() {
    Conditions one =
        conditions(
            PolicyConditions.newBuilder()
                .addContext(
                    ContextCondition.newBuilder().setKey("team").addValues("a").addValues("ü"))
                .addContext(ContextCondition.newBuilder().setKey("id").setPresent(true))
                .addContext(ContextCondition.newBuilder().setKey("debug")));
    assertNull(one.unmet(facts(Map.of("team", "ü", "id", ""))));
    assertTrue(one.hold(facts(Map.of("team", "a", "id", "1", "zzz", "x"))));
    assertFalse(one.hold(facts(Map.of("team", "a"))), "id is not there");
    assertFalse(one.hold(facts(Map.of("id", "1"))), "team is not there");
    assertFalse(one.hold(facts(Map.of("team", "A", "id", "1"))));
    assertFalse(one.hold(facts(Map.of("team", "aa", "id", "1"))));
    assertFalse(one.hold(facts(Map.of("team", "a", "id", "1", "debug", "no"))));
  }

  @ParameterizedTest
  @CsvSource({
    "10.0.0.0/8,10.255.0.1,true",
    "10.0.0.0/8,11.0.0.1,false",
    "10.1.2.128/25,10.1.2.129,true",
    "10.1.2.128/25,10.1.2.127,false",
    "10.1.2.3/32,10.1.2.3,true",
    "10.1.2.3/32,10.1.2.2,false",
    "0.0.0.0/0,203.0.113.9,true",
    "0.0.0.0/0,2001:db8::1,false",
    "2001:db8::/33,2001:db8:7fff::1,true",
    "2001:db8::/33,2001:db8:8000::1,false",
    "10.0.0.0/8,::ffff:10.1.2.3,true",
    "10.0.0.0/8,example.org,false",
    "10.0.0.0/8,unknown,false"
  })
  void theCallersAddressIsInTheNetwork(String network, String address, boolean inside) {
    String[] parts = network.split("/");
    Conditions one =
        conditions(
            PolicyConditions.newBuilder()
                .addNetworks(
                    SourceNetwork.newBuilder()
                        .setAddress(ByteString.copyFrom(Network.parse(parts[0])))
                        .setPrefixLength(Integer.parseInt(parts[1]))));
    Facts facts = Facts.of(EncryptionContext.EMPTY, address, AuthenticationStrength.TOKEN, NOW_MS);
    assertEquals(inside, one.hold(facts));
  }

  @ParameterizedTest
  @CsvSource({
    // day from Saturday 22 November 2025, minute of the day, weekdays, from, to
    "0,600,0,0,0,true",
    "0,600,32,0,0,true",
    "0,600,31,0,0,false",
    "2,600,1,0,0,true",
    "0,480,0,480,1080,true",
    "0,479,0,480,1080,false",
    "0,1080,0,480,1080,false",
    "0,1380,0,1320,360,true",
    "0,359,0,1320,360,true",
    "0,360,0,1320,360,false"
  })
  void hoursAndDaysAreInUtc(int day, int minute, int weekdays, int from, int to, boolean within) {
    Conditions one =
        conditions(
            PolicyConditions.newBuilder()
                .setWeekdays(weekdays)
                .setFromMinute(from)
                .setToMinute(to));
    assertEquals(within, one.hold(at(NOW_MS + (day * 1_440L + minute) * MINUTE_MS)));
  }

  @Test
  void authenticationIsAtLeastThatStrong() {
    Conditions jwt = conditions(PolicyConditions.newBuilder().setAuthentication("jwt"));
    for (AuthenticationStrength strength : AuthenticationStrength.values()) {
      Facts facts = new Facts(EncryptionContext.EMPTY, null, strength, NOW_MS);
      assertEquals(
          List.of(AuthenticationStrength.JWT, AuthenticationStrength.MTLS).contains(strength),
          jwt.hold(facts));
    }
  }

  @Test
  void aConditionalDecisionIsLeftToTheRequest() {
    PolicyConditions team =
        PolicyConditions.newBuilder()
            .addContext(ContextCondition.newBuilder().setKey("team").addValues("a"))
            .build();
    PolicyConditions debug =
        PolicyConditions.newBuilder()
            .addContext(ContextCondition.newBuilder().setKey("debug").setPresent(true))
            .build();
    PolicyEvaluator policy =
        PolicyEvaluator.compile(
            List.of(
                policy(
                    "p",
                    allow("app", "encrypt").addKeys(id(KEY)).setConditions(team),
                    deny("app", "encrypt").addKeys(id(KEY)).setConditions(debug))));
    Decision decision = policy.decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS);
    assertEquals(Decision.Outcome.CONDITIONAL, decision.outcome());
    assertTrue(decision.allows(facts(Map.of("team", "a"))));
    assertFalse(decision.allows(facts()));
    assertFalse(decision.allows(facts(Map.of("team", "a", "debug", ""))), "a deny wins");
    assertTrue(policy.sees(workload("app"), KEY, NOW_MS));
  }

  @Test
  void aTemporaryGrantEndsByItself() {
    PolicyEvaluator policy =
        PolicyEvaluator.compile(
            List.of(
                policy(
                    "p",
                    allow("app", "encrypt")
                        .addKeys(id(KEY))
                        .setNotBeforeMs(NOW_MS + 100)
                        .setNotAfterMs(NOW_MS + 200))));
    Decision before = policy.decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS);
    assertEquals(Decision.Outcome.UNSEEN, before.outcome());
    assertEquals(NOW_MS + 100, before.validUntilMs());
    Decision during = policy.decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS + 100);
    assertEquals(Decision.Outcome.ALLOWED, during.outcome());
    assertEquals(NOW_MS + 200, during.validUntilMs());
    Decision after = policy.decide(workload("app"), Action.ENCRYPT, KEY, NOW_MS + 200);
    assertEquals(Decision.Outcome.UNSEEN, after.outcome());
    assertEquals(Long.MAX_VALUE, after.validUntilMs());
  }

  @Test
  void whatThisReleaseDoesNotKnowDenies() {
    UnknownFieldSet more =
        UnknownFieldSet.newBuilder()
            .addField(99, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    var plain = allow("app", "encrypt").addKeys(id(KEY));
    PolicyConditions stronger = PolicyConditions.newBuilder().setAuthentication("passkey").build();
    for (var statement :
        List.of(
            allow("app", "encrypt").addKeys(id(KEY)).setUnknownFields(more),
            allow("app", "encrypt")
                .addKeys(id(KEY))
                .setConditions(PolicyConditions.newBuilder().setUnknownFields(more)),
            allow("app", "encrypt").addKeys(id(KEY)).setConditions(stronger))) {
      PolicyEvaluator policy =
          PolicyEvaluator.compile(List.of(policy("p", plain), policy("q", statement)));
      assertFalse(policy.allows(workload("app"), Action.ENCRYPT, KEY, facts()));
    }
  }
}
