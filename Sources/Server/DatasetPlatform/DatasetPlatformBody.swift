import Platform

/// A dataset as `/api/v1` sends it (contract B §3.1). Every key is always there.
struct DatasetPlatformBody: Encodable, Sendable {
    let dataset_id: String
    @Nullable var name: String?
    let status: String
    let created_at: String
    let updated_at: String
    @Nullable var row_count: Int?
    @Nullable var run_id: String?
    @Nullable var configured_column_mapping: MappingBody?
    @Nullable var progress: ProgressBody?
    @Nullable var error: ErrorBody?
    @Nullable var error_data: ErrorDataBody?
    @Nullable var evaluation_summary: SummaryBody?
    @Nullable var created_by_user_id: String?
    let kind = "uploaded"
    @Nullable var source_dataset_id: String?
    @Nullable var image_column_formats: [String: String]?

    init(_ overview: DatasetOverview) {
        let dataset = overview.dataset
        dataset_id = dataset.id.text
        name = dataset.name
        status = overview.status.rawValue
        created_at = dataset.createdAt.millisecondsText
        updated_at = overview.dataset.updatedAt.millisecondsText
        row_count = overview.rowCount
        run_id = overview.activeRun?.id.text
        configured_column_mapping = (overview.activeRun ?? overview.latestRun).map { MappingBody($0.plan.mapping) }
        progress = overview.activeRun.map(ProgressBody.init)
        error = overview.failure.flatMap { $0.isWarning ? nil : ErrorBody(message: $0.message) }
        error_data = overview.failure.map(ErrorDataBody.init)
        evaluation_summary = overview.resultRun?.evaluation.map(SummaryBody.init)
        created_by_user_id = dataset.createdBy?.text
        source_dataset_id = nil
        image_column_formats = nil
    }

    struct MappingBody: Encodable, Sendable {
        @Nullable var prompt: String?
        @Nullable var completion: String?
        @Nullable var chat: String?
        let context: [String]
        @Nullable var image: String?
        @Nullable var universal_prompt: String?

        init(_ mapping: RunPlan.Mapping) {
            prompt = mapping.prompt
            completion = mapping.completion
            chat = mapping.chat
            context = mapping.context
            image = nil
            universal_prompt = mapping.universalPrompt
        }
    }

    struct ProgressBody: Encodable, Sendable {
        let percent: Int
        let processed_rows: Int
        let total_rows: Int

        init(_ run: Run) {
            percent = run.percent
            processed_rows = run.processedRows
            total_rows = run.totalRows
        }
    }

    struct ErrorBody: Encodable, Sendable { let message: String }

    struct ErrorDataBody: Encodable, Sendable {
        let message: String
        let code: String
        let level: String

        init(_ failure: DatasetFailure) {
            message = failure.message
            code = failure.code.rawValue
            level = failure.isWarning ? "warning" : "error"
        }
    }

    struct SummaryBody: Encodable, Sendable {
        let grade_before: String
        let grade_after: String
        let score_before: Double
        let score_after: Double
        @Nullable var improvement_percent: Double?

        init(_ evaluation: RunEvaluation) {
            grade_before = evaluation.gradeBefore
            grade_after = evaluation.gradeAfter
            score_before = evaluation.scoreBefore
            score_after = evaluation.scoreAfter
            improvement_percent = evaluation.improvementPercent
        }
    }
}

/// The polling resource (contract B §3.2).
struct DatasetStatusBody: Encodable, Sendable {
    let dataset_id: String
    let status: String
    @Nullable var row_count: Int?
    @Nullable var progress: DatasetPlatformBody.ProgressBody?
    @Nullable var error: DatasetPlatformBody.ErrorBody?
    @Nullable var error_data: DatasetPlatformBody.ErrorDataBody?

    init(_ overview: DatasetOverview, showsAwaitingInput: Bool) {
        let whole = DatasetPlatformBody(overview)
        dataset_id = whole.dataset_id
        status = showsAwaitingInput && overview.awaitsInput ? "awaiting_input" : whole.status
        row_count = whole.row_count
        progress = whole.progress
        error = whole.error
        error_data = whole.error_data
    }
}

/// An entry of the list (contract B §3.4).
struct DatasetListEntryBody: Encodable, Sendable {
    let dataset_id: String
    @Nullable var name: String?
    let status: String
    let created_at: String
    let updated_at: String
    @Nullable var row_count: Int?
    @Nullable var description: String?

    init(_ overview: DatasetOverview, showsAwaitingInput: Bool) {
        dataset_id = overview.dataset.id.text
        name = overview.dataset.name
        status = showsAwaitingInput && overview.awaitsInput ? "awaiting_input" : overview.status.rawValue
        created_at = overview.dataset.createdAt.millisecondsText
        updated_at = overview.dataset.updatedAt.millisecondsText
        row_count = overview.rowCount
        description = overview.dataset.description
    }
}

/// The list. The key is `datasets`.
struct DatasetListBody: Encodable, Sendable {
    let datasets: [DatasetListEntryBody]
    @Nullable var next_cursor: String?
}

/// What the evaluation found of the rows that are downloaded (contract B §3.3).
struct EvaluationBody: Encodable, Sendable {
    let dataset_id: String
    @Nullable var status: String?
    @Nullable var quality: QualityBody?
    @Nullable var raw_results: JSONValue?

    init(_ overview: DatasetOverview) {
        dataset_id = overview.dataset.id.text
        let evaluation = overview.activeRun == nil ? overview.resultRun?.evaluation : nil
        if let active = overview.activeRun {
            status = active.state.rawValue
        } else {
            status = overview.resultRun.map { $0.evaluation == nil ? "failed" : "succeeded" }
        }
        quality = evaluation.map(QualityBody.init)
        raw_results = evaluation?.rawResults
    }

    struct QualityBody: Encodable, Sendable {
        let grade_before: String
        let grade_after: String
        let score_before: Double
        let score_after: Double
        @Nullable var percentile_after: Double?
        @Nullable var improvement_percent: Double?

        init(_ evaluation: RunEvaluation) {
            grade_before = evaluation.gradeBefore
            grade_after = evaluation.gradeAfter
            score_before = evaluation.scoreBefore
            score_after = evaluation.scoreAfter
            percentile_after = evaluation.percentileAfter
            improvement_percent = evaluation.improvementPercent
        }
    }
}
