import { infiniteQueryOptions, queryOptions } from "@tanstack/react-query";
import type { Approval, ApprovalRule, ApprovalStatus } from "@/domain/approval";
import { api } from "@/ui/api/client";
import { type ListOf, nextOffset, queryClient } from "@/ui/api/queries";

const PER_PAGE = 50;

export const approvalListPath = (status: ApprovalStatus): string => `/v1/approvals?status=${status}`;

export const approvalsQuery = (status: ApprovalStatus) =>
  infiniteQueryOptions({
    queryKey: ["approvals", "list", status],
    queryFn: ({ pageParam, signal }) =>
      api.get<ListOf<Approval>>(`${approvalListPath(status)}&limit=${PER_PAGE}&offset=${pageParam}`, { signal }),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
    refetchInterval: status === "pending" ? 15_000 : false,
  });

/** How many wait for a person. */
export const pendingCountQuery = () =>
  queryOptions({
    queryKey: ["approvals", "count"],
    queryFn: async ({ signal }) => (await api.get<ListOf<Approval>>(`${approvalListPath("pending")}&limit=1`, { signal })).total,
    refetchInterval: 20_000,
  });

export const approvalRulesQuery = () =>
  infiniteQueryOptions({
    queryKey: ["approval-rules", "list"],
    queryFn: ({ pageParam, signal }) =>
      api.get<ListOf<ApprovalRule>>(`/v1/approval-rules?limit=${PER_PAGE}&offset=${pageParam}`, { signal }),
    initialPageParam: 0,
    getNextPageParam: nextOffset,
  });

export const removeRule = async (id: string): Promise<void> => {
  await api.remove(`/v1/approval-rules/${id}`);
  await queryClient.invalidateQueries({ queryKey: ["approval-rules"] });
};
