import { Component, type ReactNode } from "react";
import { ErrorState } from "./error-state";

type Props = { children: ReactNode /** When it changes, what failed is tried again. */; resetKey?: string };

/** Keeps a fault of one part from taking the page with it. */
export class ErrorBoundary extends Component<Props, { error: unknown }> {
  override state: { error: unknown } = { error: null };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  override componentDidUpdate({ resetKey }: Props) {
    if (this.state.error !== null && resetKey !== this.props.resetKey) this.setState({ error: null });
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ErrorState error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
