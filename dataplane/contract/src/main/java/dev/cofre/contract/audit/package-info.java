/** The audit event and its written form. */
package dev.cofre.contract.audit;
