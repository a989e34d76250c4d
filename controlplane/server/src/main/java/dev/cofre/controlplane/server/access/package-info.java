/** Principals and keys as the policy evaluator of both planes looks at them. */
package dev.cofre.controlplane.server.access;
