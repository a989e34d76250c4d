package dev.cofre.controlplane.server;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.fail;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/**
 * Every role on every route. A route without a row fails: the routes are those of openapi.yaml,
 * which another test holds against the code.
 */
class RoleMatrixTest {
  private static final List<String> CALLERS =
      List.of(
          "platform-admin",
          "security-admin",
          "crypto-officer",
          "app-owner",
          "app",
          "auditor",
          "node",
          "");

  /**
   * Y may, F 403, H 404 as if absent, U 401. Of a key there are two: {@code own} is the
   * app-owner's, and the workload has a grant on it; {@code foreign} is somebody else's.
   */
  private static final String TABLE =
      """
      method path                                                   key     pa sa co ao wl au no --
      POST   /v1/keys                                               -       F  F  Y  F  F  F  F  U
      GET    /v1/keys                                               -       Y  Y  Y  Y  Y  Y  F  U
      GET    /v1/keys/{key}                                         foreign Y  Y  Y  H  H  Y  H  U
      GET    /v1/keys/{key}                                         own     Y  Y  Y  Y  Y  Y  H  U
      PATCH  /v1/keys/{key}                                         foreign F  F  Y  H  H  F  H  U
      PATCH  /v1/keys/{key}                                         own     F  F  Y  F  F  F  H  U
      GET    /v1/keys/{key}/versions                                foreign Y  Y  Y  H  H  Y  H  U
      GET    /v1/keys/{key}/versions                                own     Y  Y  Y  Y  Y  Y  H  U
      POST   /v1/keys/{key}/rotate                                  foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/rotate                                  own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/disable                                 foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/disable                                 own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/enable                                  foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/enable                                  own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/activate                                foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/activate                                own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/deactivate                              foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/deactivate                              own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/compromise                              foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/compromise                              own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/schedule-destruction                    foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/schedule-destruction                    own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/cancel-destruction                      foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/cancel-destruction                      own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/versions/{version}/disable              foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/versions/{version}/disable              own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/versions/{version}/enable               foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/versions/{version}/enable               own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/versions/{version}/compromise           foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/versions/{version}/compromise           own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/versions/{version}/schedule-destruction foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/versions/{version}/schedule-destruction own     F  F  Y  F  F  F  H  U
      POST   /v1/keys/{key}/versions/{version}/cancel-destruction   foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/versions/{version}/cancel-destruction   own     F  F  Y  F  F  F  H  U
      GET    /v1/keys/{key}/tombstone                               foreign Y  Y  Y  H  H  Y  H  U
      GET    /v1/keys/{key}/tombstone                               own     Y  Y  Y  Y  Y  Y  H  U
      GET    /v1/keys/{key}/versions/{version}/tombstone            foreign Y  Y  Y  H  H  Y  H  U
      GET    /v1/keys/{key}/versions/{version}/tombstone            own     Y  Y  Y  Y  Y  Y  H  U
      GET    /v1/keys/{key}/uses                                    foreign Y  Y  Y  H  H  Y  H  U
      GET    /v1/keys/{key}/uses                                    own     Y  Y  Y  Y  Y  Y  H  U
      GET    /v1/keys/{key}/secret-values                           foreign Y  Y  Y  H  H  Y  H  U
      GET    /v1/keys/{key}/secret-values                           own     Y  Y  Y  Y  Y  Y  H  U
      POST   /v1/keys/{key}/versions/{version}/export               foreign F  F  Y  H  H  F  H  U
      POST   /v1/keys/{key}/versions/{version}/export               own     F  F  Y  F  F  F  H  U
      POST   /v1/imports                                            -       F  F  Y  F  F  F  F  U
      GET    /v1/imports                                            -       F  F  Y  F  F  Y  F  U
      GET    /v1/imports/{import}                                   -       H  H  Y  H  H  Y  H  U
      POST   /v1/imports/{import}/cancel                            -       H  H  Y  H  H  F  H  U
      POST   /v1/imports/{import}/complete                          -       H  H  Y  H  H  F  H  U
      GET    /v1/notices                                            -       F  Y  Y  Y  F  Y  F  U
      GET    /v1/orphans                                            -       F  Y  Y  F  F  Y  F  U
      GET    /v1/data-classes                                       -       Y  Y  Y  Y  F  Y  F  U
      GET    /v1/data-classes/{class}                               -       Y  Y  Y  Y  F  Y  F  U
      PATCH  /v1/data-classes/{class}                               -       F  Y  F  F  F  F  F  U
      GET    /v1/audit/heads                                        -       F  Y  F  F  F  Y  F  U
      POST   /v1/audit/heads                                        -       F  F  F  F  F  F  Y  U
      POST   /v1/audit/records                                      -       F  F  F  F  F  F  Y  U
      GET    /v1/audit/events                                       -       F  F  F  F  F  Y  F  U
      POST   /v1/audit/context-digests                              -       F  F  F  F  F  Y  F  U
      GET    /v1/audit/investigations                               -       F  F  F  F  F  Y  F  U
      GET    /v1/audit/retention                                    -       Y  Y  F  F  F  Y  F  U
      PUT    /v1/audit/retention                                    -       Y  F  F  F  F  F  F  U
      GET    /v1/audit/retention/plan                               -       Y  Y  F  F  F  Y  F  U
      GET    /v1/audit/retention/removals                           -       Y  Y  F  F  F  Y  F  U
      GET    /v1/audit/holds                                        -       Y  Y  F  F  F  Y  F  U
      POST   /v1/audit/holds                                        -       F  Y  F  F  F  F  F  U
      GET    /v1/audit/holds/{hold}                                 -       Y  Y  H  H  H  Y  H  U
      POST   /v1/audit/holds/{hold}/lift                            -       F  Y  H  H  H  F  H  U
      POST   /v1/incident-plans                                     -       F  Y  F  F  F  F  F  U
      POST   /v1/incidents                                          -       F  Y  F  F  F  F  F  U
      GET    /v1/incidents                                          -       F  Y  F  F  F  Y  F  U
      GET    /v1/incidents/{incident}                               -       H  Y  H  H  H  Y  H  U
      POST   /v1/incidents/{incident}/close                         -       H  Y  H  H  H  F  H  U
      GET    /v1/alerts                                             -       F  Y  F  F  F  Y  F  U
      GET    /v1/alert-rules                                        -       F  Y  F  F  F  Y  F  U
      POST   /v1/alerts/test                                        -       F  Y  F  F  F  F  F  U
      POST   /v1/usage                                              -       F  F  F  F  F  F  Y  U
      POST   /v1/policies                                           -       F  Y  F  F  F  F  F  U
      GET    /v1/policies                                           -       F  Y  F  F  F  Y  F  U
      POST   /v1/policies/explain                                   -       F  Y  F  F  F  Y  F  U
      POST   /v1/policies/simulate                                  -       F  Y  F  F  F  Y  F  U
      GET    /v1/policies/who-can                                   -       F  Y  F  F  F  Y  F  U
      GET    /v1/policies/review                                    -       F  Y  F  F  F  Y  F  U
      GET    /v1/policies/lint                                      -       F  Y  F  F  F  Y  F  U
      GET    /v1/policies/{policy}                                  -       H  Y  H  H  H  Y  H  U
      PUT    /v1/policies/{policy}                                  -       H  Y  H  H  H  F  H  U
      DELETE /v1/policies/{policy}                                  -       H  Y  H  H  H  F  H  U
      GET    /v1/policies/{policy}/history                          -       H  Y  H  H  H  Y  H  U
      POST   /v1/principals                                         -       F  Y  F  F  F  F  F  U
      GET    /v1/principals                                         -       F  Y  F  F  F  Y  F  U
      GET    /v1/principals/{principal}                             -       H  Y  H  H  H  Y  H  U
      PUT    /v1/principals/{principal}                             -       H  Y  H  H  H  F  H  U
      DELETE /v1/principals/{principal}                             -       H  Y  H  H  H  F  H  U
      POST   /v1/principals/{principal}/token                       -       H  Y  H  H  H  F  H  U
      POST   /v1/identity-providers                                  -       F  Y  F  F  F  F  F  U
      GET    /v1/identity-providers                                  -       F  Y  F  F  F  Y  F  U
      GET    /v1/identity-providers/{provider}                       -       H  Y  H  H  H  Y  H  U
      PUT    /v1/identity-providers/{provider}                       -       H  Y  H  H  H  F  H  U
      DELETE /v1/identity-providers/{provider}                       -       H  Y  H  H  H  F  H  U
      POST   /v1/principals/{principal}/bindings                     -       H  Y  H  H  H  F  H  U
      GET    /v1/principals/{principal}/bindings                     -       H  Y  H  H  H  Y  H  U
      DELETE /v1/principals/{principal}/bindings/{binding}           -       H  Y  H  H  H  F  H  U
      POST   /v1/principals/{principal}/enrolments                   -       H  Y  H  H  H  F  H  U
      GET    /v1/principals/{principal}/enrolments                   -       H  Y  H  H  H  Y  H  U
      DELETE /v1/principals/{principal}/enrolments/{enrolment}       -       H  Y  H  H  H  F  H  U
      POST   /v1/principals/{principal}/enrolments/{enrolment}/code  -       H  Y  H  H  H  F  H  U
      POST   /v1/enrol                                               -       Y  Y  Y  Y  Y  Y  Y  Y
      POST   /v1/token/exchange                                      -       Y  Y  Y  Y  Y  Y  Y  Y
      POST   /v1/groups                                             -       F  Y  F  F  F  F  F  U
      GET    /v1/groups                                             -       F  Y  F  F  F  Y  F  U
      GET    /v1/groups/{group}                                     -       H  Y  H  H  H  Y  H  U
      PUT    /v1/groups/{group}                                     -       H  Y  H  H  H  F  H  U
      DELETE /v1/groups/{group}                                     -       H  Y  H  H  H  F  H  U
      GET    /v1/approvals                                          -       Y  Y  Y  F  F  Y  F  U
      GET    /v1/approvals/{approval}                               -       H  Y  H  F  F  Y  F  U
      POST   /v1/approvals/{approval}/approve                       -       Y  Y  Y  F  F  F  F  U
      POST   /v1/approvals/{approval}/reject                        -       H  Y  H  F  F  F  F  U
      POST   /v1/approvals/{approval}/withdraw                      -       H  Y  H  F  F  F  F  U
      GET    /v1/approval-rules                                     -       Y  Y  Y  F  F  Y  F  U
      GET    /v1/approval-rules/{action}                            -       Y  Y  Y  F  F  Y  F  U
      PUT    /v1/approval-rules/{action}                            -       F  Y  F  F  F  F  F  U
      POST   /v1/secrets                                           -       F  F  F  Y  F  F  F  U
      GET    /v1/secrets                                           -       F  Y  F  Y  Y  Y  F  U
      POST   /v1/secret-values                                     -       F  F  F  F  Y  F  F  U
      POST   /v1/secret-exports                                    -       F  Y  F  F  F  F  F  U
      GET    /v1/secret-exports/{export}                           -       H  H  H  H  H  H  H  U
      GET    /v1/secrets/{secret}                                  foreign H  Y  H  H  H  Y  H  U
      PATCH  /v1/secrets/{secret}                                  foreign H  Y  H  H  H  F  H  U
      GET    /v1/secrets/{secret}/value                            foreign H  F  H  H  H  F  H  U
      GET    /v1/secrets/{secret}/versions                         foreign H  Y  H  H  H  Y  H  U
      POST   /v1/secrets/{secret}/versions                         foreign H  F  H  H  H  F  H  U
      POST   /v1/secrets/{secret}/delete                           foreign H  Y  H  H  H  F  H  U
      POST   /v1/secrets/{secret}/undelete                         foreign H  Y  H  H  H  F  H  U
      POST   /v1/secrets/{secret}/destroy                          foreign H  F  H  H  H  F  H  U
      GET    /v1/secrets/{secret}/grants                           foreign H  Y  H  H  H  Y  H  U
      PUT    /v1/secrets/{secret}/grants/{reader}                  foreign H  Y  H  H  H  F  H  U
      DELETE /v1/secrets/{secret}/grants/{reader}                  foreign H  Y  H  H  H  F  H  U
      GET    /v1/secrets/{secret}                                  own     H  Y  H  Y  Y  Y  H  U
      PATCH  /v1/secrets/{secret}                                  own     H  Y  H  Y  F  F  H  U
      GET    /v1/secrets/{secret}/value                            own     H  F  H  F  Y  F  H  U
      GET    /v1/secrets/{secret}/versions                         own     H  Y  H  Y  Y  Y  H  U
      POST   /v1/secrets/{secret}/versions                         own     H  F  H  Y  F  F  H  U
      POST   /v1/secrets/{secret}/delete                           own     H  Y  H  Y  F  F  H  U
      POST   /v1/secrets/{secret}/undelete                         own     H  Y  H  Y  F  F  H  U
      POST   /v1/secrets/{secret}/destroy                          own     H  F  H  Y  F  F  H  U
      GET    /v1/secrets/{secret}/grants                           own     H  Y  H  Y  F  Y  H  U
      PUT    /v1/secrets/{secret}/grants/{reader}                  own     H  Y  H  F  F  F  H  U
      DELETE /v1/secrets/{secret}/grants/{reader}                  own     H  Y  H  F  F  F  H  U
      POST   /v1/secret-groups                                     -       F  Y  F  F  F  F  F  U
      GET    /v1/secret-groups                                     -       F  Y  F  Y  Y  Y  F  U
      GET    /v1/secret-groups/{secretgroup}                       foreign H  Y  H  H  H  Y  H  U
      PATCH  /v1/secret-groups/{secretgroup}                       foreign H  Y  H  H  H  F  H  U
      DELETE /v1/secret-groups/{secretgroup}                       foreign H  Y  H  H  H  F  H  U
      PUT    /v1/secret-groups/{secretgroup}/members/{secret}      foreign H  Y  H  H  H  F  H  U
      DELETE /v1/secret-groups/{secretgroup}/members/{secret}      foreign H  Y  H  H  H  F  H  U
      GET    /v1/secret-groups/{secretgroup}/grants                foreign H  Y  H  H  H  Y  H  U
      PUT    /v1/secret-groups/{secretgroup}/grants/{reader}       foreign H  Y  H  H  H  F  H  U
      DELETE /v1/secret-groups/{secretgroup}/grants/{reader}       foreign H  Y  H  H  H  F  H  U
      GET    /v1/secret-groups/{secretgroup}                       own     H  Y  H  Y  Y  Y  H  U
      PATCH  /v1/secret-groups/{secretgroup}                       own     H  Y  H  F  F  F  H  U
      DELETE /v1/secret-groups/{secretgroup}                       own     H  Y  H  F  F  F  H  U
      PUT    /v1/secret-groups/{secretgroup}/members/{secret}      own     H  Y  H  F  F  F  H  U
      DELETE /v1/secret-groups/{secretgroup}/members/{secret}      own     H  Y  H  F  F  F  H  U
      GET    /v1/secret-groups/{secretgroup}/grants                own     H  Y  H  Y  F  Y  H  U
      PUT    /v1/secret-groups/{secretgroup}/grants/{reader}       own     H  Y  H  F  F  F  H  U
      DELETE /v1/secret-groups/{secretgroup}/grants/{reader}       own     H  Y  H  F  F  F  H  U
      GET    /v1/secrets/{secret}/rotation                         foreign H  Y  H  H  H  Y  H  U
      PUT    /v1/secrets/{secret}/rotation                         foreign H  F  H  H  H  F  H  U
      DELETE /v1/secrets/{secret}/rotation                         foreign H  F  H  H  H  F  H  U
      POST   /v1/secrets/{secret}/rotation/rotate                  foreign H  Y  H  H  H  F  H  U
      GET    /v1/secrets/{secret}/rotation                         own     H  Y  H  Y  F  Y  H  U
      PUT    /v1/secrets/{secret}/rotation                         own     H  F  H  Y  F  F  H  U
      DELETE /v1/secrets/{secret}/rotation                         own     H  F  H  Y  F  F  H  U
      POST   /v1/secrets/{secret}/rotation/rotate                  own     H  Y  H  Y  F  F  H  U
      POST   /v1/secret-engines                                     -       F  F  F  Y  F  F  F  U
      GET    /v1/secret-engines                                     -       F  Y  F  Y  F  Y  F  U
      GET    /v1/secret-engines/{engine}                            none    H  H  H  H  H  H  H  U
      DELETE /v1/secret-engines/{engine}                            none    H  H  H  H  H  H  H  U
      POST   /v1/secret-engines/{engine}/rotate-root                none    H  H  H  H  H  H  H  U
      GET    /v1/secret-engines/{engine}/roles                      foreign H  Y  H  H  H  Y  H  U
      GET    /v1/secret-engines/{engine}/roles/{role}               foreign H  Y  H  H  H  Y  H  U
      PUT    /v1/secret-engines/{engine}/roles/{role}               foreign H  F  H  H  H  F  H  U
      DELETE /v1/secret-engines/{engine}/roles/{role}               foreign H  F  H  H  H  F  H  U
      GET    /v1/secret-engines/{engine}/roles/{role}/grants        foreign H  Y  H  H  H  Y  H  U
      PUT    /v1/secret-engines/{engine}/roles/{role}/grants/{reader} foreign H Y  H  H  H  F  H  U
      DELETE /v1/secret-engines/{engine}/roles/{role}/grants/{reader} foreign H Y  H  H  H  F  H  U
      GET    /v1/secret-engines/{engine}                            foreign H  Y  H  H  H  Y  H  U
      DELETE /v1/secret-engines/{engine}                            foreign H  F  H  H  H  F  H  U
      POST   /v1/secret-engines/{engine}/rotate-root                foreign H  F  H  H  H  F  H  U
      GET    /v1/secret-engines/{engine}                            own     H  Y  H  Y  H  Y  H  U
      DELETE /v1/secret-engines/{engine}                            own     H  F  H  Y  H  F  H  U
      POST   /v1/secret-engines/{engine}/rotate-root                own     H  F  H  Y  H  F  H  U
      GET    /v1/secret-engines/{engine}/roles                      own     H  Y  H  Y  H  Y  H  U
      GET    /v1/secret-engines/{engine}/roles/{role}               own     H  Y  H  Y  H  Y  H  U
      PUT    /v1/secret-engines/{engine}/roles/{role}               own     H  F  H  Y  H  F  H  U
      DELETE /v1/secret-engines/{engine}/roles/{role}               own     H  F  H  Y  H  F  H  U
      GET    /v1/secret-engines/{engine}/roles/{role}/grants        own     H  Y  H  Y  H  Y  H  U
      PUT    /v1/secret-engines/{engine}/roles/{role}/grants/{reader} own   H  Y  H  F  H  F  H  U
      DELETE /v1/secret-engines/{engine}/roles/{role}/grants/{reader} own   H  Y  H  F  H  F  H  U
      GET    /v1/leases                                             -       F  Y  F  Y  Y  Y  F  U
      POST   /v1/leases                                             -       F  F  F  F  Y  F  F  U
      POST   /v1/lease-revocations                                  -       F  Y  F  Y  Y  F  F  U
      GET    /v1/leases/{lease}                                     own     H  Y  H  Y  Y  Y  H  U
      POST   /v1/leases/{lease}/renew                               own     H  F  H  F  Y  F  H  U
      POST   /v1/leases/{lease}/revoke                              own     H  Y  H  Y  Y  F  H  U
      GET    /v1/leases/{lease}                                     foreign H  Y  H  H  H  Y  H  U
      POST   /v1/leases/{lease}/renew                               foreign H  F  H  H  H  F  H  U
      POST   /v1/leases/{lease}/revoke                              foreign H  Y  H  H  H  F  H  U
      POST   /v1/certificate-authorities                            -       F  F  F  Y  F  F  F  U
      GET    /v1/certificate-authorities                            -       F  Y  F  Y  F  Y  F  U
      GET    /v1/certificate-authorities/{authority}                foreign H  Y  H  H  H  Y  H  U
      DELETE /v1/certificate-authorities/{authority}                foreign H  F  H  H  H  F  H  U
      GET    /v1/certificate-authorities/{authority}/roles          foreign H  Y  H  H  H  Y  H  U
      GET    /v1/certificate-authorities/{authority}/roles/{role}   foreign H  Y  H  H  H  Y  H  U
      PUT    /v1/certificate-authorities/{authority}/roles/{role}   foreign H  F  H  H  H  F  H  U
      DELETE /v1/certificate-authorities/{authority}/roles/{role}   foreign H  F  H  H  H  F  H  U
      GET    /v1/certificate-authorities/{authority}/roles/{role}/grants foreign H Y H H H Y H U
      PUT    /v1/certificate-authorities/{authority}/roles/{role}/grants/{reader} foreign H Y H H H F H U
      DELETE /v1/certificate-authorities/{authority}/roles/{role}/grants/{reader} foreign H Y H H H F H U
      GET    /v1/certificate-authorities/{authority}                own     H  Y  H  Y  H  Y  H  U
      DELETE /v1/certificate-authorities/{authority}                own     H  F  H  Y  H  F  H  U
      GET    /v1/certificate-authorities/{authority}/roles          own     H  Y  H  Y  H  Y  H  U
      GET    /v1/certificate-authorities/{authority}/roles/{role}   own     H  Y  H  Y  H  Y  H  U
      PUT    /v1/certificate-authorities/{authority}/roles/{role}   own     H  F  H  Y  H  F  H  U
      DELETE /v1/certificate-authorities/{authority}/roles/{role}   own     H  F  H  Y  H  F  H  U
      GET    /v1/certificate-authorities/{authority}/roles/{role}/grants own H Y H Y H Y H U
      PUT    /v1/certificate-authorities/{authority}/roles/{role}/grants/{reader} own H Y H F H F H U
      DELETE /v1/certificate-authorities/{authority}/roles/{role}/grants/{reader} own H Y H F H F H U
      GET    /v1/certificates                                       -       F  Y  F  Y  Y  Y  F  U
      POST   /v1/certificates                                       -       F  F  F  F  Y  F  F  U
      POST   /v1/certificate-revocations                            -       F  Y  F  Y  Y  F  F  U
      GET    /v1/certificates/{certificate}                         own     H  Y  H  Y  Y  Y  H  U
      POST   /v1/certificates/{certificate}/revoke                  own     H  Y  H  Y  Y  F  H  U
      GET    /v1/certificates/{certificate}                         foreign H  Y  H  H  H  Y  H  U
      POST   /v1/certificates/{certificate}/revoke                  foreign H  Y  H  H  H  F  H  U
      GET    /pki/{authority}/crl                                   -       Y  Y  Y  Y  Y  Y  Y  Y
      GET    /pki/{authority}/certificate                           -       Y  Y  Y  Y  Y  Y  Y  Y
      GET    /v1/quotas                                             -       F  Y  F  F  F  Y  F  U
      GET    /v1/quotas/{quota}                                     -       F  Y  F  F  F  Y  F  U
      PUT    /v1/quotas/{quota}                                     -       F  Y  F  F  F  F  F  U
      DELETE /v1/quotas/{quota}                                     -       F  Y  F  F  F  F  F  U
      GET    /v1/nodes                                              -       Y  Y  Y  F  F  Y  F  U
      GET    /v1/nodes/enforcement                                  -       Y  Y  Y  F  F  Y  F  U
      DELETE /v1/nodes/{node}                                       -       F  F  F  F  F  F  Y  U
      GET    /v1/snapshots/statement                                -       F  F  F  F  F  F  Y  U
      GET    /health/live                                           -       Y  Y  Y  Y  Y  Y  Y  Y
      GET    /health/ready                                          -       Y  Y  Y  Y  Y  Y  Y  Y
      GET    /metrics                                               -       Y  Y  Y  Y  Y  Y  Y  Y
      GET    /openapi.yaml                                          -       Y  Y  Y  Y  Y  Y  Y  Y
      """;

  @TempDir static Path directory;
  private static TestPlane plane;

  /** A request of the security-admin, which another one decides on. */
  private static String approval;

  private static String importId;
  private static String incident;

  private record Row(String method, String path, String key, List<String> cells) {
    String route() {
      return method + " " + path;
    }
  }

  @BeforeAll
  static void start() throws Exception {
    plane = TestPlane.in(directory);
    plane.createKey("foreign");
    JsonObject own = new JsonObject(TestPlane.keyDocument("own")).put("owner", "app-owner");
    made(plane.post("crypto-officer", "/v1/keys", own.encode(), Map.of()).statusCode());
    made(post("/v1/policies", POLICY.copy().put("name", "grant")));
    plane.createKey("vault-dev");
    secret("own");
    secret("foreign");
    JsonObject other = new JsonObject().put("owner", "app");
    patch("security-admin", "/v1/secrets/foreign", other);
    HttpRequest.Builder granted =
        plane
            .request("security-admin", "/v1/secrets/own/grants/app")
            .PUT(HttpRequest.BodyPublishers.noBody());
    assertEquals(200, plane.send(granted).statusCode());
    secretGroup("own", "app-owner");
    secretGroup("foreign", "app");
    HttpRequest.Builder reading =
        plane
            .request("security-admin", "/v1/secret-groups/own/grants/app")
            .PUT(HttpRequest.BodyPublishers.noBody());
    assertEquals(200, plane.send(reading).statusCode());
    made(post("/v1/policies", POLICY.copy().put("name", "target")));
    made(post("/v1/principals", new JsonObject("{\"id\":\"target\",\"roles\":[\"workload\"]}")));
    HttpRequest.Builder quota =
        plane
            .request("security-admin", "/v1/quotas/target")
            .header("Content-Type", "application/json")
            .PUT(HttpRequest.BodyPublishers.ofString("{\"perDay\":5}"));
    assertEquals(200, plane.send(quota).statusCode());
    String hold = "{\"name\":\"target\",\"reason\":\"tests\",\"all\":true}";
    made(post("/v1/audit/holds", new JsonObject(hold)));
    made(post("/v1/groups", new JsonObject("{\"name\":\"target\"}")));
    HttpResponse<String> prepared = plane.post("crypto-officer", "/v1/imports");
    made(prepared.statusCode());
    importId = new JsonObject(prepared.body()).getString("id");
    JsonObject provider =
        new JsonObject()
            .put("name", "target")
            .put("issuer", "https://target")
            .put("audiences", new JsonArray().add("cofre"))
            .put("jwksUrl", "https://target/keys");
    plane.approve(
        "security-admin-2",
        plane.post("security-admin", "/v1/identity-providers", provider.encode(), Map.of()));
    String admin = "{\"id\":\"waits\",\"roles\":[\"platform-admin\"]}";
    HttpResponse<String> asked = plane.post("security-admin", "/v1/principals", admin, Map.of());
    assertEquals(202, asked.statusCode(), asked.body());
    approval = new JsonObject(asked.body()).getString("id");
    LeaseRows.into(plane);
    HttpResponse<String> opened =
        plane.post("security-admin", "/v1/incidents", "{\"secret\":\"foreign\"}", Map.of());
    made(opened.statusCode());
    incident = new JsonObject(opened.body()).getString("id");
  }

  private static final JsonObject POLICY =
      new JsonObject(
          """
          {"effect":"allow","principals":["app"],"actions":["encrypt"],"keys":["own"]}
          """);

  private static void secret(String name) throws Exception {
    JsonObject draft =
        new JsonObject()
            .put("name", name)
            .put("environment", "dev")
            .put("dataClass", "public")
            .put("owner", "app-owner")
            .put("description", "tests")
            .put("expiresAt", plane.clock.instant().plusSeconds(86_400).toString())
            .put("rotation", new JsonObject().put("days", 30))
            .put("value", "c2VjcmV0");
    made(plane.post("app-owner", "/v1/secrets", draft.encode(), Map.of()).statusCode());
  }

  private static void secretGroup(String name, String owner) throws Exception {
    JsonObject draft =
        new JsonObject()
            .put("name", name)
            .put("environment", "dev")
            .put("dataClass", "public")
            .put("owner", owner)
            .put("description", "tests");
    made(post("/v1/secret-groups", draft));
  }

  private static void patch(String by, String path, JsonObject change) throws Exception {
    HttpRequest.Builder request =
        plane
            .request(by, path)
            .header("Content-Type", "application/json")
            .method("PATCH", HttpRequest.BodyPublishers.ofString(change.encode()));
    assertEquals(200, plane.send(request).statusCode());
  }

  private static int post(String path, JsonObject body) throws Exception {
    return plane.post("security-admin", path, body.encode(), Map.of()).statusCode();
  }

  private static void made(int status) {
    assertEquals(201, status);
  }

  @AfterAll
  static void stop() {
    plane.close();
  }

  private static List<Row> rows() {
    return TABLE
        .lines()
        .skip(1)
        .map(line -> List.of(line.split(" +")))
        .map(c -> new Row(c.get(0), c.get(1), c.get(2), c.subList(3, c.size())))
        .toList();
  }

  @Test
  void everyRouteHasItsRow() throws Exception {
    Set<String> routes = new TreeSet<>();
    try (InputStream in = RoleMatrixTest.class.getResourceAsStream("/openapi.yaml")) {
      Map<String, Map<String, Map<String, ?>>> document =
          new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
      document
          .get("paths")
          .forEach(
              (path, item) ->
                  item.keySet().stream()
                      .filter(method -> !method.equals("parameters"))
                      .forEach(
                          method ->
                              routes.add(method.toUpperCase(java.util.Locale.ROOT) + " " + path)));
    }
    Set<String> written = new TreeSet<>();
    rows().forEach(row -> written.add(row.route()));
    assertEquals(routes, written);
  }

  @Test
  void everyCellIsTrue() throws Exception {
    List<String> wrong = new ArrayList<>();
    for (Row row : rows()) {
      assertEquals(CALLERS.size(), row.cells.size(), row.route());
      for (int i = 0; i < CALLERS.size(); i++) {
        int status = status(row, CALLERS.get(i));
        while (status == 429) {
          // Who sends no token is turned away beyond some requests a second.
          status = status(row, CALLERS.get(i));
        }
        if (!cell(status).equals(row.cells.get(i))) {
          wrong.add(
              row.route()
                  + " ("
                  + row.key
                  + ") by '"
                  + CALLERS.get(i)
                  + "': "
                  + status
                  + ", not "
                  + row.cells.get(i));
        }
      }
    }
    if (!wrong.isEmpty()) {
      fail(String.join("\n", wrong));
    }
  }

  /** A refusal for what is in the request comes after it was decided that the caller may. */
  private static String cell(int status) {
    return switch (status) {
      case 200, 201, 202, 400, 412 -> "Y";
      case 401 -> "U";
      case 403 -> "F";
      case 404 -> "H";
      default -> Integer.toString(status);
    };
  }

  private static int status(Row row, String caller) throws Exception {
    String path =
        row.path
            .replace("{key}", row.key)
            .replace("{secret}", row.key)
            .replace("{secretgroup}", row.key)
            .replace("{reader}", "target")
            .replace("{engine}", row.key)
            .replace("{role}", "target")
            .replace("/pki/{authority}", "/pki/" + CertificateRows.authority("own"))
            .replace("{authority}", row.key)
            .replace("{certificate}", CertificateRows.certificate(row.key).toString())
            .replace("{lease}", LeaseRows.id(row.key).toString())
            .replace("{policy}", "target")
            .replace("{principal}", "target")
            .replace("{group}", "target")
            .replace("{provider}", "target")
            .replace("{binding}", "none")
            .replace("{enrolment}", "none")
            .replace("{version}", "1")
            .replace("{import}", importId)
            .replace("{incident}", incident)
            .replace("{class}", "internal")
            .replace("{node}", "malformed")
            .replace("{quota}", "target")
            .replace("{hold}", "target")
            .replace("{export}", "00000000-0000-4000-8000-000000000000")
            .replace("{approval}", approval)
            .replace("{action}", "policy:create");
    HttpRequest.Builder request = plane.request(caller.isEmpty() ? null : caller, path);
    if (row.method.equals("GET")) {
      request.GET();
    } else {
      request.method(row.method, HttpRequest.BodyPublishers.ofString(body(row)));
      request.header("Content-Type", "application/json").header("If-Match", "\"999\"");
    }
    HttpResponse<String> answer = plane.send(request);
    boolean alive =
        answer.statusCode() == 404
            && (answer.body().contains("there is no tombstone")
                || answer.body().contains("it has no such"));
    return alive ? 200 : answer.statusCode();
  }

  private static String body(Row row) {
    if (!row.method.equals("PUT")) {
      return row.path.endsWith("/renew") ? "{\"ttlSeconds\":1}" : "{}";
    }
    if (row.path.startsWith("/v1/approval-rules")) {
      return "{\"approvals\":1,\"validityMs\":60000}";
    }
    return row.path.startsWith("/v1/policies")
        ? POLICY.copy().put("name", "target").encode()
        : row.path.startsWith("/v1/principals") ? "{\"roles\":[\"workload\"]}" : "{}";
  }
}
