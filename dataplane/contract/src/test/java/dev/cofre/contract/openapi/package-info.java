/** Reads OpenAPI documents, for the tests that hold them against what a plane does. */
package dev.cofre.contract.openapi;
