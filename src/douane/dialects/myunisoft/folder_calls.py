"""The calls about a folder: its journals, fiscal years, lists and parameters, and what a token opens."""

from __future__ import annotations

from douane.dialects.call import Call

from . import diaries, exercices, key_info, reference_calls, societies

CALLS: tuple[Call, ...] = (
    Call("GET", "/api/v1/diary", "The journals.", diaries.list_diaries),
    Call("POST", "/api/v1/diary", "Create a journal.", diaries.create_diary),
    Call("PUT", "/api/v1/diary", "Change, close or open the journal `id`.", diaries.change_diary),
    Call("DELETE", "/api/v1/diary", "Remove journals that have no entries.", diaries.remove_diaries),
    Call("GET", "/api/v1/society/exercice", "The fiscal years.", exercices.list_exercices),
    Call("POST", "/api/v1/society/exercice", "Create fiscal years.", exercices.create_exercices),
    Call("PUT", "/api/v1/society/exercice", "Give fiscal years other days.", exercices.change_exercices),
    Call(
        "GET",
        "/api/v1/society",
        "The folder; with a firm's token without society-id all folders (`q`, `siret`, `sort`).",
        societies.get_society,
        needs_company=False,
    ),
    Call(
        "GET",
        "/api/v1/society/search",
        "The folder of a code (`reference`), or those whose name contains `q`.",
        societies.search_society,
        needs_company=False,
    ),
    Call(
        "GET",
        "/api/v1/society/accountingParameters",
        "How long the numbers of accounts are.",
        societies.get_parameters,
    ),
    Call("GET", "/api/v1/payment_type", "The means of payment.", reference_calls.list_payment_types),
    Call("GET", "/api/v1/vat_param", "The VAT parameters.", reference_calls.list_vat_parameters),
    Call("GET", "/api/v1/currencies", "The currency of the books.", reference_calls.list_currencies),
    Call("GET", "/api/v1/rib", "The folder's own bank accounts.", reference_calls.list_bank_accounts),
    Call(
        "GET",
        "/api/v1/key/info",
        "The addresses that the token opens; `mode=extended` tells whose it is.",
        key_info.get_key_info,
        needs_company=False,
    ),
)
